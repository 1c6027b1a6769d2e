# Wrong on purpose: it runs one coroutine after the other.
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
    async with asyncio.timeout(limit):
        results = [await coro for coro in coros]
    return results[0]
