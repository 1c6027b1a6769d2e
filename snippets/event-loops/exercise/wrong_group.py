# Wrong on purpose: what leaves a task group is a group of errors.
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
    async with asyncio.timeout(limit):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(coro) for coro in coros]
            for task in tasks:
                task.add_done_callback(order.append)
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
    return order[0].result()
