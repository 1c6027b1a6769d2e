"""A clock that moves only when it is told to, for code that takes a clock."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable


class VirtualClock:
    """Stands in for `time.monotonic` and `time.sleep`; a test that uses it never waits.

    Calling the clock gives the time in seconds. It stands still between two calls of `tick`,
    however long the code in between takes.

    Args:
        now: the time at the start, in seconds. Not 0, so that code which takes 0 for "not set"
            shows itself.

    Attributes:
        sleeps: the seconds of each `sleep`, in order.
    """

    def __init__(self, now: float = 1_000.0) -> None:
        self._now = now
        self._actions: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self.sleeps: list[float] = []

    def __call__(self) -> float:
        return self._now

    def tick(self, seconds: float) -> None:
        """Let time pass; what was set by `at` runs at its time, in order.

        Raises:
            ValueError: the seconds are negative; this clock, too, only goes forward.
        """
        if seconds < 0:
            raise ValueError(f"a clock goes forward; tick({seconds:g}) would turn it back")
        end = self._now + seconds
        while self._actions and self._actions[0][0] <= end:
            self._now, _, action = heapq.heappop(self._actions)
            action()
        self._now = end

    def sleep(self, seconds: float) -> None:
        """Note the sleep and let its time pass at once."""
        self.sleeps.append(seconds)
        self.tick(seconds)

    def at(self, when: float, action: Callable[[], None]) -> None:
        """Have something done when the clock reaches a time; a time gone by is the next tick's."""
        heapq.heappush(self._actions, (max(when, self._now), next(self._order), action))
