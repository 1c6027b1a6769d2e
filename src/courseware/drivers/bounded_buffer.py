"""Chapter 09: a buffer between threads, judged under many schedules and under real threads."""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from courseware.drivers import Wrong
from courseware.drivers.schedule import Actor, Schedule

SCHEDULES = 200
CLOSINGS = 25
THEFTS = 25

LATE = 0.1
"""Seconds that a call may take longer than its timeout, on a clock that only waiting moves."""

LONG = 1000.0
"""Seconds of that clock: a timeout that must not be needed."""

MOMENT = 0.01
"""Seconds of that clock by which some threads are later than others."""

WAKES = 2
"""Times at which a call that waits for one thing may go on: its begin, where it waits for the lock,
and its end."""

RUNS = 200
SWITCH_INTERVAL = 1e-6
STUCK = 5.0
"""Seconds of the real clock after which a thread that should be done counts as stuck."""

WAIT = 0.1
BUSY = 0.04
"""Real seconds of waiting, and those of them that four waiting threads may compute in all."""

Call = Callable[[], Any]


def counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


class Told:
    """What one thread was told by its calls, in order."""

    def __init__(self, buffer: Any, closed: type[BaseException]) -> None:
        self.buffer = buffer
        self.closed = closed

    def call(self, call: Call) -> Any:
        """What the call returned, or the name of the error that the task has for it."""
        try:
            return call()
        except TimeoutError:
            return "TimeoutError"
        except self.closed:
            return "Closed"

    def put(self, item: object, timeout: float | None = None) -> Any:
        return self.call(lambda: self.buffer.put(item, timeout))

    def get(self, timeout: float | None = None) -> Any:
        return self.call(lambda: self.buffer.get(timeout))


def prepared(program: Any, size: int) -> tuple[Schedule, Told]:
    """A schedule, and a new buffer of the reader's class in it."""
    closed, _ = program.Closed, program.BoundedBuffer
    if issubclass(closed, TimeoutError):
        raise Wrong("`Closed` is a TimeoutError too: a caller cannot tell the two apart.")
    schedule = Schedule(program)
    return schedule, renewed(schedule, size)


def renewed(schedule: Schedule, size: int) -> Told:
    return Told(schedule.program.BoundedBuffer(size), schedule.program.Closed)


def raise_errors(actors: tuple[Actor, ...]) -> None:
    for actor in actors:
        if actor.error is not None:
            raise actor.error


def alone(schedule: Schedule, body: Call) -> None:
    """Run one thread; nobody is there to wake it."""
    actor = Actor("A thread", body)
    left = schedule.run(0, actor)
    raise_errors((actor,))
    if left:
        raise Wrong(f"{schedule.where(actor)} waits for ever, though it gave a timeout.")


def expect(call: str, told: object, wanted: object) -> None:
    if told is not wanted and told != wanted:
        shown = wanted if wanted in ("TimeoutError", "Closed") else f"`{wanted!r}`"
        got = told if told in ("TimeoutError", "Closed") else f"`{told!r}`"
        raise Wrong(f"`{call}` should give {shown}; it gave {got}.")


def one_thread(program: Any) -> None:
    """Order, size, and calls that do not wait."""
    schedule, told = prepared(program, 3)

    def body() -> None:
        for item in ("a", None, 0):
            expect(f"put({item!r}, timeout=0)", told.put(item, 0), None)
        expect("put('d', timeout=0) with 3 of 3 items inside", told.put("d", 0), "TimeoutError")
        for item in ("a", None, 0):
            expect("get(timeout=0)", told.get(0), item)
        expect("get(timeout=0) of an empty buffer", told.get(0), "TimeoutError")
        expect("put('e', timeout=0) after that", told.put("e", 0), None)
        expect("get() of a buffer with one item", told.get(), "e")

    alone(schedule, body)


def timeouts(program: Any, seed: int) -> None:
    """A call ends when its time is over, not before, and does nothing meanwhile."""
    schedule, told = prepared(program, 1)

    def expect_end(call: str, begin: float, timeout: float) -> None:
        took = schedule.now - begin
        if not timeout - 1e-6 <= took <= timeout + LATE:
            raise Wrong(f"`{call}` gave up after {took:.1f} s.")

    def body() -> None:
        begin = schedule.now
        expect("get(timeout=0.5) of an empty buffer", told.get(0.5), "TimeoutError")
        expect_end("get(timeout=0.5)", begin, 0.5)
        expect("put('a', timeout=0.5) into an empty buffer", told.put("a", 0.5), None)
        begin = schedule.now
        expect("put('b', timeout=0.5) into a full buffer", told.put("b", 0.5), "TimeoutError")
        expect_end("put('b', timeout=0.5)", begin, 0.5)
        expect("get() after that", told.get(), "a")
        expect("get(timeout=0.5) after a put that timed out", told.get(0.5), "TimeoutError")

    alone(schedule, body)

    for number in range(THEFTS):
        told = renewed(schedule, 1)
        late = Actor("get(timeout=1)", partial(told.get, 1))
        thief = Actor("the other thread", partial(steal, schedule, told))
        left = schedule.run((seed, number), late, thief)
        raise_errors((late, thief))
        if left:
            raise Wrong(f"{schedule.where(left[0])} waits for ever, though it gave a timeout.")
        if late.result == "TimeoutError" and not 1 - 1e-6 <= (late.ended or 0) <= 1 + LATE:
            raise Wrong(
                "`get(timeout=1)` was woken for an item that another thread took, "
                f"and gave up after {late.ended:.1f} s in all."
            )
    sleeps(schedule)


def steal(schedule: Schedule, told: Told) -> None:
    """Put an item, and take it out again before the one who waits for it, if chance will."""
    schedule.sleep(0.6)
    told.put("item")
    told.get(0)


def sleeps(schedule: Schedule) -> None:
    """Who waits, sleeps: it is woken when there is something, and not to look whether there is."""
    for timeout in (None, 12.0):
        for full in (False, True):
            told = renewed(schedule, 1)
            if full:
                alone(schedule, partial(told.put, "early", 0))
            call = partial(told.put, "late", timeout) if full else partial(told.get, timeout)
            waiting = Actor("put" if full else "get", call)
            other = Actor("the other", partial(end_wait, schedule, told, full=full))
            schedule.run(0, waiting, other)
            raise_errors((waiting, other))
            if len(waiting.woken) > WAKES:
                raise Wrong(
                    f"`{waiting.name}` waited for 10 s, and meanwhile looked "
                    f"{len(waiting.woken)} times whether it can go on."
                )


def end_wait(schedule: Schedule, told: Told, *, full: bool) -> None:
    """What the one who waits is waiting for, after ten seconds."""
    schedule.sleep(10)
    if full:
        told.get(0)
    else:
        told.put("item", 0)


def schedules(program: Any, seed: int) -> None:
    """Threads that put and threads that get, in many orders."""
    schedule, _ = prepared(program, 1)
    for number in range(SCHEDULES):
        Handing(schedule, seed, number).judge()


class Handing:
    """One schedule in which items are handed over.

    All begin at once, or those that put are first, or those that get are, in turn.

    Args:
        schedule: runs it.
        seed: draws, with the number, how many threads, items and places there are, and all else.
        number: of the schedule, from 0.
    """

    def __init__(self, schedule: Schedule, seed: int, number: int) -> None:
        self.schedule = schedule
        self.seed = f"{seed} {number}"
        self.where = f"schedule {number + 1} of {SCHEDULES}"
        chance = random.Random(self.seed)
        first = number % 3
        self.size = chance.randint(1, 3)
        self.told = renewed(schedule, self.size)
        self.timeout = chance.choice([None, LONG])
        self.done = 0
        counts = [chance.randint(1, 3) for _ in range(chance.randint(1, 3))]
        self.total = sum(counts)
        shares = [0] * chance.randint(1, 3)
        for _ in range(self.total):
            shares[chance.randrange(len(shares))] += 1
        self.putting = [
            Actor("put", partial(self.put_all, producer, count, first == 2))
            for producer, count in enumerate(counts)
        ]
        self.getting = [Actor("get", partial(self.get_all, share, first == 1)) for share in shares]
        self.watching = [Actor("the checker", self.watch)] if first == 1 else []

    def put_all(self, producer: int, count: int, later: bool) -> None:
        if later:
            self.schedule.sleep(MOMENT)
        for item in range(count):
            self.expect_done(self.told.put((producer, item), self.timeout), "put")
            self.done += 1

    def get_all(self, count: int, later: bool) -> list[Any]:
        if later:
            self.schedule.sleep(MOMENT)
        items = []
        for _ in range(count):
            items.append(self.expect_done(self.told.get(self.timeout), "get"))
        return items

    def expect_done(self, told: Any, call: str) -> Any:
        """What the call returned; that it raised nothing, and was woken in time, is expected."""
        if told == "TimeoutError" or self.schedule.now >= LONG:
            raise Wrong(
                f"Deadlock in {self.where}: nobody woke a thread in `{call}` that could go on; "
                f"it did so when its timeout of {LONG:,.0f} s was over."
            )
        if told == "Closed":
            raise Wrong(f"`{call}` raised Closed in {self.where}, though nobody called close().")
        return told

    def watch(self) -> None:
        """All who put have done what they can, and nobody has begun to get."""
        self.schedule.sleep(MOMENT / 2)
        if self.done > self.size:
            raise Wrong(f"{self.done} items were put into a buffer with size {self.size}.")
        if self.done < min(self.size, self.total):
            raise Wrong(f"`put` waits with {self.done} of {self.size} items inside.")

    def judge(self) -> None:
        actors = (*self.watching, *self.putting, *self.getting)
        left = self.schedule.run(self.seed, *actors)
        raise_errors(actors)
        if left:
            waiting = " ".join(self.schedule.where(actor) for actor in left)
            raise Wrong(
                f"Deadlock in {self.where}: {waiting} wait, and nobody is left to wake them."
            )
        got = [item for actor in self.getting for item in actor.result]
        if not all(isinstance(item, tuple) for item in got):
            raise Wrong(f"Something came out in {self.where} that was not put in.")
        if len(set(got)) < len(got):
            raise Wrong(f"An item was handed out twice in {self.where}.")
        for actor in self.getting:
            for producer in {item[0] for item in actor.result}:
                order = [item[1] for item in actor.result if item[0] == producer]
                if order != sorted(order):
                    raise Wrong(f"Items of one thread changed their order in {self.where}.")


def closing(program: Any, seed: int) -> None:
    """After `close`, what is inside is handed out, and nobody waits."""
    schedule, told = prepared(program, 2)

    def body() -> None:
        told.put("a")
        told.put("b")
        told.buffer.close()
        told.buffer.close()
        expect("put('c', timeout=0.5) after close()", told.put("c", 0.5), "Closed")
        for item in ("a", "b"):
            expect("get() after close() with items inside", told.get(), item)
        for timeout in (0, 0.5, None):
            call = f"get(timeout={timeout}) after close() of an empty buffer"
            expect(call, told.get(timeout), "Closed")
        if schedule.now:
            raise Wrong(f"A call after close() waited for {schedule.now:.1f} s.")

    alone(schedule, body)
    for number in range(CLOSINGS):
        chance = random.Random(f"{seed} {number}")
        count = chance.randint(2, 4)
        timeout = chance.choice([None, 10.0])
        woken(schedule, (seed, number, "get"), count, timeout, full=False)
        woken(schedule, (seed, number, "put"), count, timeout, full=True)
    for number in range(CLOSINGS):
        in_the_middle(schedule, random.Random(f"{seed} {number}"), (seed, number))


def woken(
    schedule: Schedule, seed: object, count: int, timeout: float | None, *, full: bool
) -> None:
    """Close while `count` threads wait."""
    told = renewed(schedule, 1)
    call = "put" if full else "get"

    def wait() -> Any:
        return told.put("late", timeout) if full else told.get(timeout)

    def close() -> Any:
        schedule.sleep(MOMENT)
        told.buffer.close()
        return None

    if full:
        alone(schedule, partial(told.put, "early", 0))
    waiting = [Actor(call, wait) for _ in range(count)]
    closer = Actor("close", close)
    left = schedule.run(seed, closer, *waiting)
    raise_errors((closer, *waiting))
    if left or max(actor.ended or 0 for actor in waiting) > MOMENT + LATE:
        late = sum(actor.ended is None or actor.ended > MOMENT + LATE for actor in waiting)
        raise Wrong(f"{late} of {counted(count, 'thread')} in `{call}` waited on after close().")
    for actor in waiting:
        expect(f"{call}(...) that waits when close() is called", actor.result, "Closed")
    if full:
        alone(schedule, lambda: expect("get() after close()", told.get(0), "early"))
        alone(schedule, lambda: expect("get() after the last item", told.get(0), "Closed"))


def in_the_middle(schedule: Schedule, chance: random.Random, seed: object) -> None:
    """Close at any time: what was put is handed out once, what was refused is not."""
    told = renewed(schedule, chance.randint(1, 3))
    accepted: list[int] = []
    received: list[int] = []

    def put(first: int) -> None:
        for item in range(first, first + 4):
            if told.put(item) == "Closed":
                return
            accepted.append(item)

    def get() -> None:
        while (item := told.get()) != "Closed":
            received.append(item)

    def close() -> None:
        for _ in range(chance.randrange(60)):
            schedule.step()
        told.buffer.close()

    actors = (
        *(Actor("put", partial(put, first)) for first in (0, 10)),
        *(Actor("get", get) for _ in range(2)),
        Actor("close", close),
    )
    left = schedule.run(seed, *actors)
    raise_errors(actors)
    if left:
        raise Wrong(f"{schedule.where(left[0])} waits for ever after close().")
    if sorted(accepted) != sorted(received):
        lost = len(set(accepted) - set(received))
        raise Wrong(
            f"{counted(lost, 'item')} put before close() never came out."
            if lost
            else "A `put` that was refused by close() left its item inside."
        )


def real_threads(program: Any, seed: int) -> None:
    """The same with threads of the system, which switch as often as they can."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    for number in range(RUNS):
        hand_over(program, random.Random(f"{seed} {number}"), number + 1)
    wait_really(program)


def started(*calls: Call) -> list[threading.Thread]:
    threads = [threading.Thread(target=call, daemon=True) for call in calls]
    for thread in threads:
        thread.start()
    return threads


def join(threads: list[threading.Thread], when: str) -> None:
    end = time.monotonic() + STUCK
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    if left := sum(thread.is_alive() for thread in threads):
        raise Wrong(f"{counted(left, 'thread')} of {len(threads)} still waited {STUCK:g} s {when}.")


def hand_over(program: Any, chance: random.Random, number: int) -> None:
    """Two threads put, two get until the buffer is closed."""
    told = Told(program.BoundedBuffer(chance.randint(1, 2)), program.Closed)
    received: list[object] = []
    counts = [chance.randint(1, 4) for _ in range(2)]

    def put(producer: int, count: int) -> None:
        for item in range(count):
            told.put((producer, item))

    def get() -> None:
        while (item := told.get()) != "Closed":
            received.append(item)

    getting = started(get, get)
    putting = started(*(partial(put, *pair) for pair in enumerate(counts)))
    join(putting, f"after run {number} had begun")
    told.buffer.close()
    join(getting, f"after close() in run {number}")
    if sorted(map(str, received)) != sorted(
        str((producer, item)) for producer, count in enumerate(counts) for item in range(count)
    ):
        raise Wrong(f"{len(received)} of {sum(counts)} items arrived in run {number}.")


def wait_really(program: Any) -> None:
    """Four threads wait, and compute nothing meanwhile."""
    told = Told(program.BoundedBuffer(1), program.Closed)
    results: list[Any] = []
    begin, computed = time.monotonic(), time.process_time()
    join(started(*[lambda: results.append(told.get(WAIT))] * 4), "after get(timeout=0.1)")
    took, computed = time.monotonic() - begin, time.process_time() - computed
    if results != ["TimeoutError"] * 4 or took < WAIT * 0.9:
        raise Wrong(f"`get(timeout={WAIT:g})` of an empty buffer ended after {took:.2f} s.")
    if computed > BUSY:
        raise Wrong(f"Four threads that waited for {took:.2f} s computed for {computed:.2f} s.")
