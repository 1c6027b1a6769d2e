"""Two threads add to one number; prints in how many rounds additions were lost."""

import argparse
import json
import platform
import sys
import threading
from pathlib import Path

ADDITIONS = 50_000

counter = 0


def one():
    return 1


def add(start):
    global counter
    start.wait()
    for _ in range(ADDITIONS):
        counter += 1


def add_with_call(start):
    global counter
    start.wait()
    for _ in range(ADDITIONS):
        counter += one()


def add_with_int(start):
    global counter
    start.wait()
    for _ in range(ADDITIONS):
        counter += int("1")


FORMS = {
    "counter += 1": add,
    "counter += one()": add_with_call,
    'counter += int("1")': add_with_int,
}


def lost(work):
    """How many additions of two threads are missing in the end."""
    global counter
    counter = 0
    start = threading.Barrier(2)
    threads = [threading.Thread(target=work, args=[start]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 2 * ADDITIONS - counter


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--interval", type=float, default=1e-6, help="seconds between switches")
    parser.add_argument("--write", type=Path, help="add the losses to this file")
    options = parser.parse_args()
    sys.setswitchinterval(options.interval)
    losses = {name: [lost(work) for _ in range(options.rounds)] for name, work in FORMS.items()}
    print(f"{options.rounds} rounds of {2 * ADDITIONS:,} additions")
    for name, round_losses in losses.items():
        print(f"{name:20} additions were lost in {sum(map(bool, round_losses))} rounds")
    if options.write:
        kept = json.loads(options.write.read_text()) if options.write.exists() else {}
        kept[f"{platform.python_version()} {options.interval:g}"] = losses
        options.write.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
