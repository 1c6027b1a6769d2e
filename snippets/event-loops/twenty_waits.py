"""The same twenty waits, in threads or in tasks: when each began and ended, and what one costs."""

import argparse
import asyncio
import json
import mmap
import threading
import time
from pathlib import Path

WAITS = [milliseconds / 1000 for milliseconds in range(20, 0, -1)]


def spent():
    """Seconds on a clock, and octets of memory, which only Linux tells (else 0)."""
    pages = Path("/proc/self/statm")
    octets = int(pages.read_text().split()[1]) * mmap.PAGESIZE if pages.exists() else 0
    return time.perf_counter(), octets


def entry(seconds, began):
    # The system's own number of the thread in which this line runs.
    return seconds, began, time.perf_counter(), threading.get_native_id()


def in_threads(waits):
    record = []
    all_done = threading.Barrier(len(waits) + 1, timeout=10)

    def wait(seconds):
        began = time.perf_counter()
        time.sleep(seconds)
        record.append(entry(seconds, began))
        # Nobody ends before: the system may give the number to another thread.
        all_done.wait()

    threads = [threading.Thread(target=wait, args=[seconds], daemon=True) for seconds in waits]
    before = spent()
    for thread in threads:
        thread.start()
    after = spent()
    all_done.wait()
    for thread in threads:
        thread.join()
    return record, before, after


async def in_tasks(waits):
    record = []

    async def wait(seconds):
        began = time.perf_counter()
        await asyncio.sleep(seconds)
        record.append(entry(seconds, began))

    before = spent()
    tasks = [asyncio.create_task(wait(seconds)) for seconds in waits]
    # One turn of the loop, in which each of them runs up to its wait.
    await asyncio.sleep(0)
    after = spent()
    await asyncio.gather(*tasks)
    return record, before, after


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["threads", "tasks"])
    parser.add_argument("--write", metavar="FILE", help="keep what was measured as JSON")
    options = parser.parse_args()
    run = in_threads if options.kind == "threads" else lambda waits: asyncio.run(in_tasks(waits))
    record, (start, _), _ = run(WAITS)
    waits = [[seconds, began - start, end - start] for seconds, began, end, _ in record]
    total = max(end for _, _, end in waits)
    print(f"20 waits, {sum(WAITS) * 1000:.0f} ms in all, took {total * 1000:.0f} ms")
    print("threads of the system that did the waiting:", len({thread for *_, thread in record}))
    many = [0.3] * 500
    _, before, after = run(many)
    seconds, octets = ((end - begin) / len(many) for begin, end in zip(before, after, strict=True))
    each = f"{seconds * 1e6:.0f} microseconds to begin, and {octets:,.0f} octets"
    print(f"of {len(many)} waits, each took {each}")
    if options.write:
        kept = {"many": len(many), "seconds": seconds, "octets": octets, "waits": waits}
        Path(options.write).write_text(json.dumps(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
