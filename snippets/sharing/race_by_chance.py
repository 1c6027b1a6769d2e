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


def add_one():
    global counter
    for _ in range(ADDITIONS):
        counter += 1


def add_call():
    global counter
    for _ in range(ADDITIONS):
        counter += one()


def add_int():
    global counter
    for _ in range(ADDITIONS):
        counter += int("1")


FORMS = {"counter += 1": add_one, "counter += one()": add_call, 'counter += int("1")': add_int}


def lost(work):
    global counter
    counter = 0
    start = threading.Barrier(2)
    threads = [threading.Thread(target=lambda: (start.wait(), work())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counter < 2 * ADDITIONS


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--interval", type=float, default=1e-6, help="seconds between switches")
    parser.add_argument("--write", type=Path, help="add the result to this file")
    options = parser.parse_args()
    sys.setswitchinterval(options.interval)
    result = {form: sum(lost(work) for _ in range(options.rounds)) for form, work in FORMS.items()}
    for form, rounds in result.items():
        print(f"{form:20} additions were lost in {rounds} of {options.rounds} rounds")
    if path := options.write:
        runs = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        runs[f"{platform.python_version()}, {options.interval:g} s"] = result
        path.write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
