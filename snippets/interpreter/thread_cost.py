"""Starts threads and processes that do nothing, and prints how long each takes to start and end."""

import argparse
import json
import multiprocessing
import statistics
import threading
import time
from pathlib import Path


def nothing():
    pass


def cost(new_worker, count):
    """The median time from before start() until after join(), in milliseconds."""
    times = []
    for _ in range(count):
        began = time.perf_counter()
        worker = new_worker(target=nothing)
        worker.start()
        worker.join()
        times.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(times), 3)


def main():
    methods = multiprocessing.get_all_start_methods()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="+", choices=["thread", *methods])
    parser.add_argument("--count", type=int, default=10, help="how many of each")
    parser.add_argument("--write", metavar="FILE", help="keep the medians as JSON")
    options = parser.parse_args()
    kept = {}
    for kind in options.kinds:
        if kind == "thread":
            new_worker = threading.Thread
        else:
            new_worker = multiprocessing.get_context(kind).Process
        kept[kind] = cost(new_worker, options.count)
        name = "a thread" if kind == "thread" else f"a process by {kind}"
        print(f"{name}: {kept[kind]:.2f} ms", flush=True)
    if options.write:
        Path(options.write).write_text(json.dumps(kept) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
