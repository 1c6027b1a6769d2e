"""Chapter 10: races of coroutines on a virtual clock; who ended, how, and when, is looked at."""

from __future__ import annotations

import asyncio
import gc
import inspect
import random
import warnings
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any

from courseware.drivers import Wrong
from courseware.drivers.virtual_time import run

LATER = 1_000.0
"""Virtual seconds that the caller goes on for after the answer, longer than any limit."""

CROWD = 10
ROUNDS = 20


class Oops(Exception):
    """What a runner raises."""


@dataclass(eq=False)
class Runner:
    """A coroutine that takes part in a race, and what happened to it.

    Attributes:
        seconds: until it completes; None for at once, without a wait.
        result: what it returns.
        error: what it raises instead, or None.
        cleanup: seconds that it takes to clean up, cancelled or not.
        bad_end: an error that it raises at the end of its cleaning up, or None.
        refuses: whether it takes no notice of its cancellation but for its cleaning up.
        cancelled: whether it was cancelled.
        cut: whether it was cancelled again while it cleaned up.
        ended: when its last line was done; None before.
    """

    seconds: float | None
    result: object = None
    error: Exception | None = None
    cleanup: float = 0
    bad_end: Exception | None = None
    refuses: bool = False
    cancelled: bool = False
    cut: bool = False
    ended: float | None = None
    begun: bool = False

    async def run(self) -> object:
        """Take part."""
        self.begun = True
        try:
            if self.seconds is not None:
                await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.cancelled = True
            if not self.refuses:
                raise
        finally:
            await self._clean_up()
        if self.error is not None:
            raise self.error
        return self.result

    async def _clean_up(self) -> None:
        try:
            if self.cancelled:
                await asyncio.sleep(self.cleanup)
        except asyncio.CancelledError:
            self.cut = True
            raise
        finally:
            self.ended = asyncio.get_running_loop().time()
        if self.cancelled and self.bad_end is not None:
            raise self.bad_end


@dataclass
class Race:
    """One call of the reader's function, and how it went.

    Attributes:
        runners: who takes part, in the order of the arguments.
        limit: seconds.
        cancel_at: when the caller is cancelled, in seconds; None for never.
        words: what the race is, to begin a sentence with.
        seconds: from the call to its end.
        left: those who had begun and not ended when the call ended.
    """

    runners: list[Runner]
    limit: float
    words: str
    cancel_at: float | None = None
    result: object = None
    error: BaseException | None = None
    seconds: float = 0
    left: list[Runner] = field(default_factory=list)

    async def call(self, program: Any) -> None:
        """Be the caller."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        racing = program.first_completed(*(each.run() for each in self.runners), limit=self.limit)
        if not inspect.isawaitable(racing):
            raise Wrong("`first_completed` cannot be awaited; write it with `async def`.")
        try:
            self.result = await racing
        except (Exception, asyncio.CancelledError) as error:
            self.error = error
        # Not one turn of the loop lies between the answer and these lines.
        self.seconds = loop.time() - began
        self.left = [each for each in self.runners if each.begun and each.ended is None]
        try:
            await asyncio.sleep(LATER)
        except asyncio.CancelledError:
            raise Wrong(
                f"{self.words}: something cancelled the caller later, after the answer. What "
                "was set up for the limit has to end with the call."
            ) from None

    async def go(self, program: Any) -> None:
        """Let the caller run, and cancel it where that is the case."""
        caller = asyncio.create_task(self.call(program))
        if self.cancel_at is not None:
            asyncio.get_running_loop().call_later(self.cancel_at, caller.cancel)
        await caller

    def hold(self, program: Any) -> None:
        """Hold the race; it has to end with nobody left, and with no complaints."""
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            _, complaints = run(self.go(program))
            gc.collect()
        told = [str(warning.message) for warning in warned] + complaints
        self.expect_nobody_left()
        if told:
            raise Wrong(f"{self.words}: Python complains afterwards: {told[0]}")

    def expect_nobody_left(self) -> None:
        """All who have begun ended before the call did."""
        if self.left:
            count = coroutines(len(self.left))
            if any(each.cancelled for each in self.left):
                what = "had been cancelled but not ended: it has to wait for their ends"
            else:
                what = "went on: nobody cancelled them"
            raise Wrong(f"{self.words}: when the call ended, {count} of {self.size} {what}.")

    def expect_uncut(self) -> None:
        """Nobody was cancelled again while it cleaned up."""
        if any(each.cut for each in self.runners):
            raise Wrong(
                f"{self.words}: a coroutine that was cleaning up was cancelled once more, which "
                "ends its cleaning up in the middle."
            )

    @property
    def size(self) -> int:
        """How many take part."""
        return len(self.runners)

    def ended_with(self) -> str:
        """What the call gave, in words."""
        if self.error is None:
            return f"returned {self.result!r}"
        return f"raised {shown(self.error)}"

    def expect_result(self, result: object) -> None:
        """The call returned this."""
        if self.error is not None or self.result != result:
            raise Wrong(f"{self.words}: it {self.ended_with()}; {result!r} was to be returned.")

    def expect_error(self, error: BaseException) -> None:
        """The call raised this very error."""
        if self.error is not error:
            raise Wrong(f"{self.words}: it {self.ended_with()}; {shown(error)} was to be raised.")

    def expect_kind(self, kind: type[BaseException]) -> None:
        """The call raised an error of exactly this type."""
        if type(self.error) is not kind:
            raise Wrong(f"{self.words}: it {self.ended_with()}; {kind.__name__} was to be raised.")

    def expect_seconds(self, seconds: float) -> None:
        """The call took that long, on the clock of the loop."""
        if abs(self.seconds - seconds) > 1e-6:
            raise Wrong(
                f"{self.words}: the call ended after {self.seconds:g} s, and {seconds:g} s were "
                "right."
            )


def coroutines(count: int) -> str:
    """A count in words."""
    return f"{count} coroutine{'' if count == 1 else 's'}"


def shown(error: BaseException) -> str:
    """An error in words: its type, and its text where it has one."""
    return f"{type(error).__name__}({str(error)!r})" if str(error) else type(error).__name__


def waits(chance: random.Random, count: int) -> list[int]:
    """Whole seconds, all different, in any order."""
    return chance.sample(range(2, 60), count)


def slow(chance: random.Random, count: int = 4, **more: Any) -> list[Runner]:
    """Runners of 2 to 59 seconds that count as losers wherever a faster one takes part."""
    return [Runner(seconds, f"after {seconds} s", **more) for seconds in waits(chance, count)]


def among(chance: random.Random, runner: Runner, others: Iterable[Runner]) -> list[Runner]:
    """The runner at any place among the others."""
    runners = list(others)
    runners.insert(chance.randrange(len(runners) + 1), runner)
    return runners


def gives_first(program: Any, seed: int) -> None:
    """The result of the fastest, when it is there; nobody looks at the losers yet."""
    chance = random.Random(seed)
    alone = Race([Runner(3, "the only one")], 60, "One coroutine of 3 s")
    run(alone.go(program))
    alone.expect_seconds(3)
    alone.expect_result("the only one")
    for result in ("the first", None, 0):
        runners = among(chance, Runner(1.5, result), slow(chance))
        race = Race(runners, 100, "Five coroutines, the fastest takes 1.5 s")
        run(race.go(program))
        race.expect_seconds(1.5)
        race.expect_result(result)
    for _ in range(ROUNDS):
        order: list[int] = []
        crowd = Race([], 100, f"{CROWD} coroutines that need no wait")
        crowd.runners = [InOrder(None, number, order=order) for number in range(CROWD)]
        run(crowd.go(program))
        if crowd.error is not None or crowd.result != order[0]:
            raise Wrong(
                f"{crowd.words}: all were done when the answer was chosen, and the result was "
                "not that of the one that completed first. A set has no order."
            )


@dataclass(eq=False)
class InOrder(Runner):
    """A runner that writes its result into a list when it completes."""

    order: list[int] = field(default_factory=list)

    async def run(self) -> object:
        await super().run()
        assert isinstance(self.result, int)
        self.order.append(self.result)
        return self.result


def cancels_losers(program: Any, seed: int) -> None:
    """When the call ends, so have all; a loser may clean up with an `await`."""
    chance = random.Random(seed)
    for first in (1, None):
        race = Race(among(chance, Runner(first, "first"), slow(chance)), 100, "")
        race.words = f"Five coroutines, the first completes {'at once' if not first else 'in 1 s'}"
        race.hold(program)
        race.expect_result("first")
        race.expect_seconds(first or 0)


def passes_errors(program: Any, seed: int) -> None:
    """An error completes a coroutine too; what a loser raises at its end is of no account."""
    chance = random.Random(seed)
    for error in (Oops("no such page"), TimeoutError("of the peer")):
        race = Race(among(chance, Runner(1, error=error), slow(chance)), 100, "")
        race.words = f"The first to complete raises {shown(error)} after 1 s"
        race.hold(program)
        race.expect_error(error)
        race.expect_seconds(1)
    losers = slow(chance, bad_end=Oops("while cleaning up"))
    race = Race(among(chance, Runner(1, "first"), losers), 100, "Losers that end with an error")
    race.hold(program)
    race.expect_result("first")


async def call_without(program: Any) -> BaseException | None:
    """What the call without coroutines raises."""
    made: Coroutine[Any, Any, object] = program.first_completed(limit=1)
    try:
        await made
    except Exception as error:
        return error
    return None


def keeps_limit(program: Any, seed: int) -> None:
    """Nobody in time, nobody at all, and somebody in time: then no trace of the limit."""
    chance = random.Random(seed)
    for limit in (1.5, 0.25):
        race = Race(slow(chance), limit, f"Nobody completes within the limit of {limit:g} s")
        race.hold(program)
        race.expect_kind(TimeoutError)
        race.expect_seconds(limit)
    race = Race(among(chance, Runner(1.25, "first"), slow(chance)), 1.5, "The limit is 1.5 s")
    race.hold(program)
    race.expect_result("first")
    race.expect_seconds(1.25)
    error, _complaints = run(call_without(program))
    if type(error) is not ValueError:
        did = f"raised {shown(error)}" if error else "returned"
        raise Wrong(f"A call without coroutines {did}; ValueError was to be raised.")


def passes_cancellation(program: Any, seed: int) -> None:
    """Whoever awaits the call is cancelled."""
    chance = random.Random(seed)
    race = Race(slow(chance), 100, "The caller is cancelled after 1 s", cancel_at=1)
    race.hold(program)
    race.expect_kind(asyncio.CancelledError)
    race.expect_seconds(1)


def waits_for_refusers(program: Any, seed: int) -> None:
    """Losers that take their time to end: all of them are waited for, whatever the limit."""
    chance = random.Random(seed)
    first = Runner(1, "first")
    race = Race(
        among(chance, first, slow(chance, cleanup=5)),
        3,
        "The first completes in 1 s, the losers need 5 s to clean up, the limit is 3 s",
    )
    race.hold(program)
    race.expect_result("first")
    race.expect_uncut()
    race.expect_seconds(6)
    race = Race(
        slow(chance, cleanup=4, refuses=True),
        1,
        "At the limit of 1 s all refuse to be cancelled, and return something 4 s later",
    )
    race.hold(program)
    race.expect_kind(TimeoutError)
    race.expect_uncut()
    race.expect_seconds(5)
    race = Race(
        slow(chance, cleanup=7),
        20,
        "The caller is cancelled after 1 s, the coroutines need 7 s to clean up",
        cancel_at=1,
    )
    race.hold(program)
    race.expect_kind(asyncio.CancelledError)
    race.expect_uncut()
    race.expect_seconds(8)
