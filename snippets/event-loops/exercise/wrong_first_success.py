# Wrong on purpose: it goes on after an error, until one returns something.
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
    tasks = [asyncio.create_task(coro) for coro in coros]
    try:
        for first in asyncio.as_completed(tasks, timeout=limit):
            try:
                return await first
            except Exception as error:
                last = error
        raise last
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
