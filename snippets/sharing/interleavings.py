"""Takes the steps of two deposits in every order, and prints what each order gives."""

import argparse
import contextlib
import itertools
import json
import threading
from pathlib import Path


class Turns:
    """Lets threads take their steps in a given order, one step at a time."""

    def __init__(self, order):
        self.left = list(order)
        self.changed = threading.Condition()

    @contextlib.contextmanager
    def step(self, name):
        with self.changed:
            while self.left[0] != name:
                self.changed.wait()
            yield
            del self.left[0]
            self.changed.notify_all()


class Account:
    balance = 100


def deposit(name, turns, account, trace):
    with turns.step(name):
        seen = account.balance
        trace.append((name, "reads", seen))
    with turns.step(name):
        account.balance = seen + 10
        trace.append((name, "writes", account.balance))


def run(order):
    turns, account, trace = Turns(order), Account(), []
    threads = [
        threading.Thread(target=deposit, args=[name, turns, account, trace]) for name in "AB"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return trace


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, help="keep the steps in this file")
    path = parser.parse_args().write
    orders = sorted(set(map("".join, itertools.permutations("AABB"))))
    traces = {order: run(order) for order in orders}
    for trace in traces.values():
        steps = ", ".join(f"{name} {verb} {value}" for name, verb, value in trace)
        print(f"{steps}: {'right' if trace[-1][2] == 120 else 'an update is lost'}")
    if path:
        path.write_text(json.dumps(traces, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
