# Wrong on purpose: at the limit it returns None.
"""The first of several coroutines to complete; the others are cancelled, and have ended."""

import asyncio


async def first_completed(*coros, limit):
    """Run all coroutines at once, and return the result of the first that completes.

    Args:
        coros: coroutines, at least one.
        limit: seconds, after which TimeoutError is raised if none has completed.
    """
    if not coros:
        raise ValueError("without a coroutine there is no first")
    order = []
    tasks = [asyncio.create_task(coro) for coro in coros]
    for task in tasks:
        task.add_done_callback(order.append)
    try:
        await asyncio.wait(tasks, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        first = order[0] if order else None
    finally:
        # Also when the caller is cancelled: whoever starts tasks sees them end.
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return first.result() if first else None
