"""The stand-ins for `threading` and `time` under which a reader's threads are judged."""

from __future__ import annotations

import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from courseware.drivers import Wrong
from courseware.drivers.child import load
from courseware.drivers.schedule import Actor, Schedule

Make = Callable[[str], Schedule]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """A schedule for a program with this text."""
    for module in (threading, time):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(sys.modules, "the_program", ModuleType("the_program"))
    path = tmp_path / "the_program.py"

    def schedule(text: str) -> Schedule:
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        for module in (threading, time):
            monkeypatch.setitem(sys.modules, module.__name__, module)
        return Schedule(load(path))

    return schedule


def results(schedule: Schedule, *names: str, seed: object = 1) -> list[Any]:
    """What these functions of the program return, each in a thread of its own."""
    actors = [Actor(name, getattr(schedule.program, name)) for name in names]
    left = schedule.run(seed, *actors)
    for actor in actors:
        if actor.error:
            raise actor.error
    assert not left
    return [actor.result for actor in actors]


RACE = """
    import threading
    from time import monotonic, sleep

    number = 0
    lock = threading.Lock()
    order = []

    def add():
        global number
        seen = number
        order.append("reads")
        number = seen + 1
        order.append("writes")

    def add_locked():
        with lock:
            add()
"""


def test_without_a_lock_an_addition_is_lost_under_some_seeds_and_each_time_under_the_same(
    make: Make,
) -> None:
    def numbers() -> list[int]:
        found = []
        for seed in range(30):
            schedule.program.number = 0
            results(schedule, "add", "add", seed=seed)
            found.append(schedule.program.number)
        return found

    schedule = make(RACE)
    first = numbers()
    assert set(first) == {1, 2}
    assert numbers() == first


def test_with_a_lock_none_is_lost_under_any_seed(make: Make) -> None:
    schedule = make(RACE)
    for seed in range(30):
        schedule.program.number = 0
        results(schedule, *["add_locked"] * 3, seed=seed)
        assert schedule.program.number == 3


def test_the_clock_moves_only_while_all_wait(make: Make) -> None:
    schedule = make(
        """
        import time
        from time import monotonic

        def short():
            time.sleep(1)
            return monotonic(), time.time_ns()

        def long():
            time.sleep(3600)
            return time.perf_counter()
        """
    )
    begin = time.monotonic()
    assert results(schedule, "short", "long") == [(1.0, 1_000_000_000), 3600.0]
    assert time.monotonic() - begin < 60


def test_a_wait_moves_the_clock_however_short_it_is(make: Make) -> None:
    schedule = make(
        """
        import threading, time

        def wait():
            time.sleep(1e9)
            before = time.monotonic()
            threading.Event().wait(1e-12)
            return time.monotonic() > before
        """
    )
    assert results(schedule, "wait") == [True]


def test_those_that_wait_for_each_other_are_told_with_their_lines(make: Make) -> None:
    schedule = make(
        """
        import threading

        one, two = threading.Lock(), threading.Lock()
        met = threading.Semaphore(0)

        def first():
            with one:
                met.release()
                two.acquire()

        def second():
            with two:
                met.acquire()
                one.acquire()
        """
    )
    actors = [Actor(name, getattr(schedule.program, name)) for name in ("first", "second")]
    left = schedule.run(1, *actors)
    assert [schedule.where(actor) for actor in left] == [
        "first, in line 10,",
        "second, in line 15,",
    ]


def test_one_that_never_waits_is_found(make: Make) -> None:
    schedule = make("flag = False\ndef spin():\n    while not flag:\n        pass\n")
    with pytest.raises(Wrong, match=r"spin, in line [34], goes on and on"):
        results(schedule, "spin")


def test_one_that_has_not_begun_has_no_line(make: Make) -> None:
    schedule = make("")
    assert schedule.where(Actor("nobody", print)) == "nobody"


def test_who_is_notified_first_waited_longest(make: Make) -> None:
    schedule = make(
        """
        import threading, time

        changed = threading.Condition(threading.Lock())
        woken = []

        def early():
            with changed:
                changed.wait()
                woken.append("early")

        def late():
            time.sleep(1)
            with changed:
                changed.wait()
                woken.append("late")

        def notify():
            time.sleep(2)
            with changed:
                changed.notify()
            time.sleep(2)
            with changed:
                changed.notify_all()
        """
    )
    results(schedule, "late", "early", "notify")
    assert schedule.program.woken == ["early", "late"]


def test_the_waits_end_with_their_timeouts(make: Make) -> None:
    schedule = make(
        """
        import threading, time

        changed = threading.Condition()

        def holder():
            with changed:
                time.sleep(10)

        def waits():
            time.sleep(1)
            found = [changed.acquire(timeout=1), changed.acquire(blocking=False), time.monotonic()]
            found += [threading.Semaphore(0).acquire(timeout=2), time.monotonic()]
            found += [threading.Semaphore(0).acquire(blocking=False)]
            found += [threading.Event().wait(3), time.monotonic()]
            time.sleep(10)
            with changed, changed:
                found += [changed.wait(4), time.monotonic()]
                found += [changed.wait_for(lambda: 0, 5), time.monotonic()]
                found += [changed.wait_for(lambda: "there", 5)]
            return found
        """
    )
    _, found = results(schedule, "holder", "waits")
    assert found == [False, False, 2, False, 4, False, False, 7, False, 21, 0, 26, "there"]


def test_a_set_wakes_who_waits_even_if_the_flag_is_cleared_at_once(make: Make) -> None:
    schedule = make(
        """
        import threading, time

        event = threading.Event()

        def wait():
            return event.wait(10)

        def pulse():
            time.sleep(1)
            event.set()
            event.clear()
            return event.is_set()
        """
    )
    for seed in range(10):
        assert results(schedule, "wait", "pulse", seed=seed) == [True, False]


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        ("threading.Lock().release()", RuntimeError, "release unlocked lock"),
        ("threading.Condition().wait()", RuntimeError, "cannot wait on un-acquired"),
        ("threading.Condition().notify()", RuntimeError, "cannot notify on un-acquired"),
        ("threading.Semaphore(-1)", ValueError, "must be >= 0"),
        ("threading.BoundedSemaphore(1).release()", ValueError, "too many times"),
        ("threading.Thread(target=print).start()", Wrong, "starts a thread of its own"),
    ],
)
def test_misuse_is_told_as_the_real_ones_tell_it(
    make: Make, body: str, error: type[Exception], words: str
) -> None:
    schedule = make(f"import threading\n\ndef misuse():\n    {body}\n")
    with pytest.raises(error, match=words):
        results(schedule, "misuse")


def test_a_lock_of_another_thread_cannot_be_given_back(make: Make) -> None:
    schedule = make(
        """
        import threading, time

        lock = threading.RLock()

        def take():
            with lock:
                time.sleep(2)

        def give_back():
            time.sleep(1)
            lock.release()
        """
    )
    with pytest.raises(RuntimeError, match="cannot release un-acquired lock"):
        results(schedule, "take", "give_back")


def test_locks_can_be_used_while_the_program_is_loaded_but_not_waited_for(make: Make) -> None:
    make("import threading\nlock = threading.RLock()\nwith lock, lock:\n    pass\n")
    semaphore = "import threading\nwith threading.Semaphore(2):\n    locked = "
    assert make(f"{semaphore}threading.Lock().locked()\n").program.locked is False
    waits = "import threading, time\nif time.monotonic() < 1:\n    threading.Event().wait()\n"
    with pytest.raises(Wrong, match="waits while it is loaded"):
        make(waits)
