"""The first of several coroutines to complete; the others are cancelled, and have ended."""

import asyncio


async def first_completed(*coros, limit):
    """Run all coroutines at once, and return the result of the first that completes.

    Args:
        coros: coroutines, at least one.
        limit: seconds, after which TimeoutError is raised if none has completed.
    """
    tasks = [asyncio.create_task(coro) for coro in coros]
    return await next(asyncio.as_completed(tasks, timeout=limit))
