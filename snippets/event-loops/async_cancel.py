"""A wait that ends early: by a limit, by `cancel`, beside a sibling that fails, behind a shield."""

import asyncio


async def download(name, last_octet):
    try:
        await last_octet.wait()
        print(f"  {name}: complete")
    except asyncio.CancelledError:
        print(f"  {name}: cancelled")
        raise
    finally:
        # A place to close files and connections; an `await` is allowed here.
        await asyncio.sleep(0.01)
        print(f"  {name}: cleaned up")


async def fail(seconds):
    await asyncio.sleep(seconds)
    raise OSError("no such host")


async def by_limit():
    try:
        async with asyncio.timeout(0.05):
            await download("page", asyncio.Event())
    except TimeoutError:
        print("TimeoutError")


async def by_cancel():
    task = asyncio.create_task(download("page", asyncio.Event()))
    await asyncio.sleep(0.05)
    print("asked to end:", task.cancel(), "- has ended:", task.done())
    try:
        await task
    except asyncio.CancelledError:
        print("has ended:", task.done())


async def by_sibling():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(download("page", asyncio.Event()))
            group.create_task(fail(0.05))
    except* OSError as errors:
        print("the group raised:", errors.exceptions)


async def behind_shield():
    last_octet = asyncio.Event()
    task = asyncio.create_task(download("page", last_octet))
    try:
        async with asyncio.timeout(0.05):
            await asyncio.shield(task)
    except TimeoutError:
        print("TimeoutError - has ended:", task.done())
    last_octet.set()
    await task


async def main():
    for part in (by_limit, by_cancel, by_sibling, behind_shield):
        print(part.__name__)
        await part()


if __name__ == "__main__":
    asyncio.run(main())
