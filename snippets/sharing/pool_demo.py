"""Runs jobs in a pool of three threads: their order, their errors, and how long they take."""

import time
from concurrent.futures import ThreadPoolExecutor, as_completed

PAUSES = [0.5, 0.1, 0.3]


def pause(seconds):
    # A negative number raises ValueError.
    time.sleep(seconds)
    return seconds


def main():
    start = time.monotonic()
    with ThreadPoolExecutor(max_workers=3) as pool:
        print("map:         ", *pool.map(pause, PAUSES))
        print(f"{sum(PAUSES):.1f} seconds of pauses took {time.monotonic() - start:.1f}")
        futures = [pool.submit(pause, seconds) for seconds in PAUSES]
        print("as_completed:", *(future.result() for future in as_completed(futures)))
        future = pool.submit(pause, -1)
        print("nothing was raised yet")
        print("exception(): ", type(future.exception()).__name__)


if __name__ == "__main__":
    main()
