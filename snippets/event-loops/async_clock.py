"""Two clocks in one thread, each with its own beat."""

import asyncio
import threading
import time


async def clock(name, beat, began):
    for tick in (1, 2):
        await asyncio.sleep(beat)
        print(f"{time.monotonic() - began:.2f} s: {name} {tick}, {threading.active_count()} thread")


async def main():
    began = time.monotonic()
    async with asyncio.TaskGroup() as clocks:
        clocks.create_task(clock("fast", 0.2, began))
        clocks.create_task(clock("slow", 0.3, began))
    print(f"{time.monotonic() - began:.2f} s: all done")


if __name__ == "__main__":
    asyncio.run(main())
