# Wrong on purpose: one coroutine waits without `await`, and the loop waits with it.
"""A heart that beats every 50 ms, beside a report that takes 300 ms."""

import asyncio
import logging
import time


def write_report():
    time.sleep(0.3)
    return "the report"


async def report():
    return write_report()


async def heart(beats):
    while True:
        await asyncio.sleep(0.05)
        beats.append(time.monotonic())


async def main():
    beats = []
    beating = asyncio.create_task(heart(beats))
    # The heart gets its first turn.
    await asyncio.sleep(0)
    reporting = asyncio.create_task(report())
    print(f"{await reporting} is done; the heart beat {len(beats)} times meanwhile")
    beating.cancel()


if __name__ == "__main__":
    # Who it was; a warning of the debug mode goes on with files, lines and seconds.
    logging.basicConfig(format="%(message).59s ...")
    asyncio.run(main())
