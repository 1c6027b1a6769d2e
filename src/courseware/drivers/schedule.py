"""Threads that run one at a time, in an order drawn from a seed.

The reader's file is loaded with stand-ins for `threading` and `time`. Before each of its lines,
and wherever it locks, waits or wakes, the schedule may let another thread go on. What one seed
shows, it shows each time, however busy the machine is. The clock moves only while all wait, so a
wait of ten seconds takes none.
"""

from __future__ import annotations

import _thread
import importlib.util
import math
import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, Self

from courseware.drivers import Wrong

STEPS = 20_000
"""Steps of one schedule; one that waits where it has to needs a tenth of them."""

SWITCH = 0.3
"""How probable it is, at each step, that another thread goes on."""


class Actor:
    """One thread of a schedule.

    Attributes:
        name: what it does, for messages.
        result: what its body returned.
        error: what its body raised, or None.
        ended: the time at its end, in seconds; None while it goes on.
        woken: the times at which it went on after it had waited.
    """

    def __init__(self, name: str, body: Callable[[], Any]) -> None:
        self.name = name
        self.body = body
        self.result: Any = None
        self.error: BaseException | None = None
        self.ended: float | None = None
        self.woken: set[float] = set()
        self.ident = 0
        self.ready: Callable[[], bool] | None = None
        self.deadline: float | None = None
        self.baton = _thread.allocate_lock()
        self.baton.acquire()

    def can_go(self, now: float) -> bool:
        if self.ended is not None:
            return False
        due = self.deadline is not None and self.deadline <= now
        return self.ready is None or due or self.ready()


class Schedule:
    """Runs actors; see the module.

    Attributes:
        now: the clock, in seconds.
        chance: draws who goes on.
    """

    def __init__(self, program: ModuleType) -> None:
        self.now = 0.0
        self.chance = random.Random(0)
        self.path = Path(str(program.__file__))
        self.actors: list[Actor] = []
        self.running: Actor | None = None
        self.spinning: Actor | None = None
        self.steps = 0
        self.over = _thread.allocate_lock()
        self.program = self._load(program.__name__)

    def _load(self, name: str) -> ModuleType:
        """The reader's file once more, with the stand-ins in place of the modules."""
        stand_ins = {"threading": threading_of(self), "time": time_of(self)}
        sys.modules.update(stand_ins)
        spec = importlib.util.spec_from_file_location(name, self.path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module

    def run(self, seed: object, *actors: Actor) -> list[Actor]:
        """Run the actors to their ends, or until all that are left wait for ever.

        Args:
            seed: decides who goes on at each step.

        Returns:
            Those that still wait.

        Raises:
            Wrong: one goes on and on without waiting.
        """
        self.chance = random.Random(repr(seed))
        self.now, self.steps, self.actors, self.spinning = 0.0, 0, list(actors), None
        self.over.acquire()
        for actor in actors:
            actor.ident = _thread.start_new_thread(self._live, (actor,))
        self._hand_over(None)
        self.over.acquire()
        self.over.release()
        self.running = None
        if self.spinning:
            raise Wrong(f"{self.where(self.spinning)} goes on and on without waiting.")
        return [actor for actor in self.actors if actor.ended is None]

    def where(self, actor: Actor) -> str:
        """Its name and, where it is inside of it, the line of the reader's file."""
        frame: FrameType | None = sys._current_frames().get(actor.ident)
        while frame and frame.f_code.co_filename != str(self.path):
            frame = frame.f_back
        return f"{actor.name}, in line {frame.f_lineno}," if frame else actor.name

    def _live(self, actor: Actor) -> None:
        actor.baton.acquire()
        sys.settrace(self._trace)
        try:
            actor.result = actor.body()
        except BaseException as error:
            actor.error = error
        sys.settrace(None)
        actor.ended = self.now
        self._hand_over(None)

    def _trace(self, frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename != str(self.path):
            return None
        if event == "line":
            self.step()
        return self._trace

    def step(self) -> None:
        """A place at which another actor may go on."""
        actor = self.running
        if actor is None:
            return
        self.steps += 1
        if self.steps > STEPS:
            self.spinning = actor
            self.over.release()
            actor.baton.acquire()
        if self.chance.random() < SWITCH:
            self._hand_over(actor)

    def wait(self, ready: Callable[[], bool], seconds: float | None) -> bool:
        """Let others go on until this actor is ready or its time is over; whether it is ready."""
        actor = self.running
        if actor is None:
            raise Wrong(f"{self.path.name} waits while it is loaded.")
        self.step()
        actor.ready = ready
        actor.deadline = self._end_of(seconds)
        self._hand_over(actor)
        actor.ready, actor.deadline = None, None
        actor.woken.add(self.now)
        return ready()

    def _end_of(self, seconds: float | None) -> float | None:
        if seconds is None:
            return None
        # Some of the clock passes in any wait, however short: or a loop for the rest never ends.
        least = math.nextafter(self.now, math.inf) if seconds > 0 else self.now
        return max(self.now + seconds, least)

    def _hand_over(self, giver: Actor | None) -> None:
        """Draw who goes on; the giver returns from this when it is its turn again."""
        taker = self._draw()
        self.running = taker
        if taker is giver and taker is not None:
            return
        if taker is None:
            self.over.release()
        else:
            taker.baton.release()
        if giver is not None:
            giver.baton.acquire()

    def _draw(self) -> Actor | None:
        while not (able := [actor for actor in self.actors if actor.can_go(self.now)]):
            times = [
                actor.deadline
                for actor in self.actors
                if actor.ended is None and actor.deadline is not None
            ]
            if not times:
                return None
            self.now = min(times)
        return self.chance.choice(able)

    def sleep(self, seconds: float) -> None:
        self.wait(lambda: False, seconds)


def bound(blocking: bool, timeout: float | None) -> float | None:
    """Seconds to wait, None for ever, from the arguments of an `acquire`."""
    if not blocking:
        return 0.0
    return None if timeout is None or timeout < 0 else timeout


class Lock:
    """In place of `threading.Lock`, and of `threading.RLock` where it may be taken again."""

    def __init__(self, schedule: Schedule, *, again: bool = False) -> None:
        self.schedule = schedule
        self.again = again
        self.owner: object = None
        self.count = 0

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        self.schedule.step()
        me = self.schedule.running or self
        if self.count and not (self.again and self.owner is me):
            if not blocking or not self.schedule.wait(
                lambda: not self.count, bound(blocking, timeout)
            ):
                return False
        self.owner = me
        self.count += 1
        return True

    def release(self) -> None:
        if not self.count:
            raise RuntimeError("release unlocked lock")
        if self.again and self.owner is not (self.schedule.running or self):
            raise RuntimeError("cannot release un-acquired lock")
        self.count -= 1
        self.schedule.step()

    def locked(self) -> bool:
        return self.count > 0

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class Condition:
    """In place of `threading.Condition`; like it, `notify` wakes who waits longest."""

    def __init__(self, schedule: Schedule, lock: Lock | None = None) -> None:
        self.schedule = schedule
        self.lock = lock or Lock(schedule, again=True)
        self.acquire = self.lock.acquire
        self.release = self.lock.release
        self.waiting: list[object] = []

    def __enter__(self) -> bool:
        return self.lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.lock.release()

    def _expect_held(self, what: str) -> None:
        me = self.schedule.running or self.lock
        if not self.lock.count or (self.lock.again and self.lock.owner is not me):
            raise RuntimeError(f"cannot {what} on un-acquired lock")

    def wait(self, timeout: float | None = None) -> bool:
        self._expect_held("wait")
        place = object()
        self.waiting.append(place)
        count, self.lock.count = self.lock.count, 0
        woken = self.schedule.wait(lambda: place not in self.waiting, timeout)
        if not woken:
            self.waiting.remove(place)
        self.lock.acquire()
        self.lock.count = count
        return woken

    def wait_for(self, predicate: Callable[[], Any], timeout: float | None = None) -> Any:
        end = None if timeout is None else self.schedule.now + timeout
        while not (result := predicate()):
            left = None if end is None else end - self.schedule.now
            if left is not None and left <= 0:
                break
            self.wait(left)
        return result

    def notify(self, n: int = 1) -> None:
        self._expect_held("notify")
        del self.waiting[:n]
        self.schedule.step()

    def notify_all(self) -> None:
        self.notify(len(self.waiting))


class Semaphore:
    """In place of `threading.Semaphore`, and of `BoundedSemaphore` where it has a limit."""

    def __init__(self, schedule: Schedule, value: int = 1, *, bounded: bool = False) -> None:
        if value < 0:
            raise ValueError("semaphore initial value must be >= 0")
        self.schedule = schedule
        self.value = value
        self.limit = value if bounded else None

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        self.schedule.step()
        if not self.value and (
            not blocking or not self.schedule.wait(lambda: self.value > 0, bound(blocking, timeout))
        ):
            return False
        self.value -= 1
        return True

    def release(self, n: int = 1) -> None:
        if self.limit is not None and self.value + n > self.limit:
            raise ValueError("Semaphore released too many times")
        self.value += n
        self.schedule.step()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class Event:
    """In place of `threading.Event`."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.flag = False
        self.sets = 0

    def is_set(self) -> bool:
        return self.flag

    def set(self) -> None:
        self.flag = True
        self.sets += 1
        self.schedule.step()

    def clear(self) -> None:
        self.flag = False
        self.schedule.step()

    def wait(self, timeout: float | None = None) -> bool:
        # Who waited is woken by `set`, even if the flag is cleared before it goes on.
        sets = self.sets
        return self.flag or self.schedule.wait(lambda: self.sets > sets, timeout)


class NoThread:
    """In place of `threading.Thread`: what is judged here is called by threads, and starts none."""

    def __new__(cls, *_: object, **__: object) -> Self:
        raise Wrong("It starts a thread of its own; this task needs none.")


def copy_of(real: ModuleType, **stand_ins: object) -> ModuleType:
    module = ModuleType(real.__name__)
    module.__dict__.update(vars(real) | stand_ins)
    return module


def threading_of(schedule: Schedule) -> ModuleType:
    """`threading`, with what waits taken from the schedule."""
    return copy_of(
        threading,
        Lock=lambda: Lock(schedule),
        RLock=lambda: Lock(schedule, again=True),
        Condition=lambda lock=None: Condition(schedule, lock),
        Semaphore=lambda value=1: Semaphore(schedule, value),
        BoundedSemaphore=lambda value=1: Semaphore(schedule, value, bounded=True),
        Event=lambda: Event(schedule),
        Thread=NoThread,
        Timer=NoThread,
    )


def time_of(schedule: Schedule) -> ModuleType:
    """`time`, with the clock of the schedule."""

    def seconds() -> float:
        return schedule.now

    def nanoseconds() -> int:
        return round(schedule.now * 1e9)

    clocks: dict[str, object] = {}
    for name in ("monotonic", "perf_counter", "time"):
        clocks |= {name: seconds, f"{name}_ns": nanoseconds}
    return copy_of(time, sleep=schedule.sleep, **clocks)
