"""An asyncio event loop on a clock of its own, which jumps to the next timer instead of waiting."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from courseware.drivers import Wrong

Result = TypeVar("Result")

TURNS = 5_000
"""Turns of the loop at one moment; a program that waits for a timer needs a handful."""

ELSEWHERE = 0.5
"""Seconds, real ones, for something outside the loop: with neither timer nor turn, only a thread
or a socket could wake it."""


class VirtualSelector(selectors.SelectSelector):
    """The one place in which a loop waits: here the clock goes on instead.

    Attributes:
        now: the time in seconds; it begins at 0.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self._turns = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            if not (found := super().select(ELSEWHERE)):
                raise Wrong("It waits, with no limit, for something that never comes.")
            return found
        self._turns = 0 if timeout > 0 else self._turns + 1
        if self._turns > TURNS:
            raise Wrong(
                f"It let the loop turn {TURNS:,} times at one moment. That is asking again and "
                "again, not waiting: in the real world it keeps a processor busy."
            )
        self.now += max(timeout, 0)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is that of its `VirtualSelector`.

    Attributes:
        complaints: what the loop would have logged, such as exceptions that nobody retrieved.
    """

    def __init__(self) -> None:
        self.clock = VirtualSelector()
        super().__init__(self.clock)
        self.complaints: list[str] = []
        self.set_exception_handler(lambda _, about: self.complaints.append(about["message"]))

    def time(self) -> float:
        return self.clock.now


def run(coroutine: Coroutine[Any, Any, Result]) -> tuple[Result, list[str]]:
    """Run a coroutine on a new virtual loop; its result and the loop's complaints.

    Tasks that are left over are forgotten: the loop never turns again.
    """
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(coroutine), loop.complaints
    finally:
        loop.close()
