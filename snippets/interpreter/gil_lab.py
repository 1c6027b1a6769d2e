"""Does the same work with 1, 2, 4 and 8 threads or processes, and prints how long it took."""

import argparse
import hashlib
import json
import multiprocessing
import os
import platform
import statistics
import sys
import threading
import time
from pathlib import Path

COUNTS = (1, 2, 4, 8)
DATA = bytes(25_000_000)


def loop():
    number = 1
    for _ in range(200_000):
        number = number * 3 % 1_000_003


def digest():
    hashlib.sha256(DATA).digest()


def wait():
    # Stands for recv, or for a query to a database.
    time.sleep(0.02)


WORK = {"loop": loop, "hash": digest, "wait": wait}
WORKERS = {
    "threads": (threading.Thread, threading),
    "processes": (multiprocessing.Process, multiprocessing),
}


def worker(barrier, gate, work, pieces):
    barrier.wait(60)
    gate.wait(60)
    for _ in range(pieces):
        WORK[work]()
    barrier.wait(60)


def measure(kind, work, count, pieces):
    """Milliseconds for all pieces, from the moment when all workers are there."""
    new_worker, module = WORKERS[kind]
    barrier, gate = module.Barrier(count + 1), module.Event()
    share = [barrier, gate, work, pieces // count]
    # daemon: nobody waits for them after Ctrl-C.
    workers = [new_worker(target=worker, args=share, daemon=True) for _ in range(count)]
    for each in workers:
        each.start()
    barrier.wait(60)
    began = time.perf_counter()
    gate.set()
    barrier.wait(60)
    took = time.perf_counter() - began
    for each in workers:
        each.join()
    return took * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="+", choices=WORKERS)
    parser.add_argument("--pieces", type=int, default=8, help="of work, for all workers together")
    parser.add_argument("--repeat", type=int, default=1, help="how often; the median counts")
    parser.add_argument("--write", metavar="FILE", help="keep the medians as JSON, by build")
    options = parser.parse_args()
    gil = "on" if getattr(sys, "_is_gil_enabled", lambda: True)() else "off"
    version, processors = platform.python_version(), os.cpu_count()
    print(f"CPython {version}, GIL {gil}, {processors} processors")
    kept = {"version": version, "processors": processors, "repeat": options.repeat}
    for kind in options.kinds:
        kept[kind] = {}
        for work in WORK:
            runs = [
                [measure(kind, work, n, options.pieces) for n in COUNTS]
                for _ in range(options.repeat)
            ]
            medians = [round(statistics.median(times), 1) for times in zip(*runs, strict=True)]
            kept[kind][work] = dict(zip(COUNTS, medians, strict=True))
            shown = ", ".join(f"{n}: {ms:.0f} ms" for n, ms in kept[kind][work].items())
            print(f"{work} with {kind}: {shown}", flush=True)
    if options.write:
        file = Path(options.write)
        builds = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        builds[f"GIL {gil}"] = kept
        file.write_text(json.dumps(builds, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
