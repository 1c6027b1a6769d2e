"""Two tasks of which one fails: what becomes of the other, with `gather` and with a TaskGroup?"""

import asyncio


async def slow(reply):
    try:
        await reply.wait()
        print("  slow: complete")
    except asyncio.CancelledError:
        print("  slow: cancelled")
        raise


async def fails():
    await asyncio.sleep(0.05)
    raise ValueError("bad reply")


async def with_gather(reply):
    await asyncio.gather(slow(reply), fails())


async def with_group(reply):
    async with asyncio.TaskGroup() as group:
        group.create_task(slow(reply))
        group.create_task(fails())


async def main():
    for way in (with_gather, with_group):
        print(way.__name__)
        reply = asyncio.Event()
        try:
            await way(reply)
        except Exception as error:
            print("  raised:", repr(error))
        left = asyncio.all_tasks() - {asyncio.current_task()}
        print("  tasks left:", len(left))
        reply.set()
        await asyncio.gather(*left)


if __name__ == "__main__":
    asyncio.run(main())
