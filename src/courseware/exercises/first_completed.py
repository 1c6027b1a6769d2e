"""Chapter 10: the first of several coroutines, and the end of all others."""

from __future__ import annotations

from collections.abc import Callable

from courseware.exercises.context import Context
from courseware.exercises.model import Exercise, Stage


def driven(function: str) -> Callable[[Context], None]:
    """A stage that is a function of the driver, called with a seed."""

    def run(context: Context) -> None:
        # Longer than any check takes: the clock of the loop does not wait.
        context.drive("first_completed", function, context.chance.randrange(2**32), within=10.0)

    return run


EXERCISE = Exercise(
    name="first-completed",
    chapter=10,
    slug="event-loops",
    title="The first of several coroutines",
    goal=(
        "Write `async def first_completed(*coros, limit)`: it runs all coroutines at once and "
        "returns the result of the first that completes, or raises its error. If none has "
        "completed after `limit` seconds, it raises TimeoutError. In every case, also when its "
        "caller is cancelled, it cancels all others, once, and waits until they have ended. "
        "Without a coroutine it raises ValueError."
    ),
    stages=(
        Stage(
            "gives the result of the first",
            driven("gives_first"),
            "All coroutines run at once, as tasks; the first to complete decides (chapter 10).",
            randomized=True,
        ),
        Stage(
            "cancels the losers and waits for them",
            driven("cancels_losers"),
            "Whoever starts a task sees it end: `cancel` only asks for that, and the task ends in "
            "a later turn of the loop (chapter 10).",
            randomized=True,
        ),
        Stage(
            "passes an error on",
            driven("passes_errors"),
            "An error completes a coroutine like a result does. The caller gets that error, not a "
            "group or another type (chapter 10).",
            randomized=True,
        ),
        Stage(
            "says when there is no first",
            driven("keeps_limit"),
            "Without a result by the limit the call raises TimeoutError, and nothing is left "
            "running; without a coroutine it raises ValueError (chapter 10).",
            randomized=True,
        ),
        Stage(
            "passes its own cancellation on",
            driven("passes_cancellation"),
            "CancelledError is a demand of the caller: clean up, then let it through (chapter 10).",
            randomized=True,
        ),
        Stage(
            "waits for losers that take their time",
            driven("waits_for_refusers"),
            "The limit bounds the race, not the cleaning up: to be cancelled is asked for once, "
            "and then awaited (chapter 10).",
            randomized=True,
        ),
    ),
)
