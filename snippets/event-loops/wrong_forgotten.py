# Wrong on purpose: one coroutine is never awaited, and nobody holds the task of another.
"""Two pieces of work that are begun and never done."""

import asyncio
import gc


async def greet():
    print("hello")


async def get_mail():
    box = asyncio.Queue()
    print("waiting for mail")
    print("got", await box.get())


async def main():
    greet()
    asyncio.create_task(get_mail())  # noqa: RUF006
    await asyncio.sleep(0)
    print(f"tasks beside this one: {len(asyncio.all_tasks()) - 1}")
    # Python does this by itself, now and then.
    gc.collect()
    print(f"tasks beside this one: {len(asyncio.all_tasks()) - 1}")


if __name__ == "__main__":
    asyncio.run(main())
