"""Two threads that do something once a second; prints how long each goes on when told to stop."""

import argparse
import contextlib
import threading
import time


def sleeper(stop, interval):
    while not stop.is_set():
        time.sleep(interval)


def waiter(stop, interval):
    while not stop.wait(interval):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--interval", type=float, default=1.0)
    parser.add_argument("--run", type=float, default=0.1, help="seconds until both are told")
    options = parser.parse_args()
    stop = threading.Event()
    threads = [
        threading.Thread(target=work, args=[stop, options.interval], name=work.__name__)
        for work in (waiter, sleeper)
    ]
    for thread in threads:
        thread.start()
    # Ctrl-C is noticed by the main thread alone, which tells the others.
    with contextlib.suppress(KeyboardInterrupt):
        time.sleep(options.run)
    stop.set()
    start = time.monotonic()
    for thread in threads:
        thread.join()
        print(f"{thread.name} ended after {time.monotonic() - start:.2f} seconds")


if __name__ == "__main__":
    main()
