"""The exercise of chapter 09 with answers that are right, or wrong, in other ways than its own."""

import re
import sys
import textwrap

import pytest

from courseware.checker.judge import judge
from courseware.exercises import EXERCISES
from courseware.exercises.context import Limits

EXERCISE = next(each for each in EXERCISES if each.name == "bounded-buffer")

TWO_CONDITIONS = """
    from threading import Condition, Lock
    from time import monotonic


    class Closed(Exception):
        pass


    class BoundedBuffer:
        def __init__(self, size):
            self.size, self.items, self.closed = size, [], False
            lock = Lock()
            self.not_full, self.not_empty = Condition(lock), Condition(lock)

        def put(self, item, timeout=None):
            with self.not_full:
                self.wait(self.not_full, lambda: len(self.items) < self.size, timeout)
                if self.closed:
                    raise Closed
                self.items.append(item)
                self.not_empty.notify()

        def get(self, timeout=None):
            with self.not_empty:
                self.wait(self.not_empty, lambda: self.items, timeout)
                if not self.items:
                    raise Closed
                self.not_full.notify()
                return self.items.pop(0)

        def wait(self, condition, ready, timeout):
            end = None if timeout is None else monotonic() + timeout
            while not ready() and not self.closed:
                left = None if end is None else end - monotonic()
                if left is not None and left <= 0:
                    raise TimeoutError
                condition.wait(left)

        def close(self):
            with self.not_full:
                self.closed = True
                self.not_full.notify_all()
                self.not_empty.notify_all()
"""

EVENTS = """
    import threading
    import time
    from dataclasses import dataclass, field


    class Closed(RuntimeError):
        pass


    @dataclass
    class BoundedBuffer:
        size: int
        items: list = field(default_factory=list)
        closed: bool = False
        waiting: list = field(default_factory=list)
        guard = threading.RLock()  # One for all buffers.

        def wait(self, ready, timeout):
            end = None if timeout is None else time.monotonic() + timeout
            while not ready():
                self.waiting.append(event := threading.Event())
                self.guard.release()
                woken = event.wait(None if end is None else max(0, end - time.monotonic()))
                self.guard.acquire()
                if not woken and not ready():
                    raise TimeoutError

        def wake(self):
            while self.waiting:
                self.waiting.pop().set()

        def put(self, item, timeout=None):
            with self.guard:
                self.wait(lambda: self.closed or len(self.items) < self.size, timeout)
                if self.closed:
                    raise Closed
                self.items.append(item)
                self.wake()

        def get(self, timeout=None):
            with self.guard:
                self.wait(lambda: self.closed or self.items, timeout)
                if not self.items:
                    raise Closed
                self.wake()
                return self.items.pop(0)

        def close(self):
            with self.guard:
                self.closed = True
                self.wake()
"""


def failure(folder, text):
    path = folder / "bounded_buffer.py"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    limits = Limits(patience=1.0, stop=1.0, grace=0.5)
    last = judge(EXERCISE, [sys.executable, str(path)], 1, limits=limits)[-1]
    return last.number, last.failure and last.failure.what


@pytest.mark.parametrize("text", [TWO_CONDITIONS, EVENTS], ids=["two conditions", "events"])
def test_a_solution_in_another_style_passes(tmp_path, text):
    assert failure(tmp_path, text) == (len(EXERCISE.stages), None)


@pytest.mark.parametrize(
    ("old", "new", "stage", "words"),
    [
        ("from time", "from queue import Queue\n    from time", 1, "imports `queue`"),
        ("(Exception)", "(TimeoutError)", 1, "cannot tell the two apart"),
        ("class Closed", "class Shut", 1, "has no `Closed`"),
        ("self.not_full.notify()", "pass", 3, "Deadlock in schedule"),
        ("pop(0)", "pop()", 1, r"`get\(timeout=0\)` should give `'a'`; it gave `0`"),
        ("return self.items.pop(0)", "return self.items[0]", 1, "`None`; it gave `'a'`"),
        ("< self.size", "< self.size + 1", 1, "with 3 of 3 items inside` should give TimeoutError"),
        ("self.not_full.notify_all()", "pass", 4, "in `put` waited on after close"),
        ("if not self.items:", "if self.closed:", 4, "with items inside` should give `'a'`"),
        ("end - monotonic()", "end - monotonic() + 0.3", 2, r"gave up after 0\.8 s"),
        ("end - monotonic()", "(end - monotonic()) / 2", 2, "meanwhile looked [0-9]+ times"),
    ],
)  # fmt: skip
def test_other_flaws_are_found(tmp_path, old, new, stage, words):
    assert TWO_CONDITIONS.count(old) >= 1
    number, what = failure(tmp_path, TWO_CONDITIONS.replace(old, new, 1))
    assert number == stage, what
    assert re.search(words, what), what
