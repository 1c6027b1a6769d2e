"""Chapter 09: a buffer of bounded size between threads, written with a lock and its conditions."""

from __future__ import annotations

from courseware.exercises.context import Context
from courseware.exercises.model import Exercise, Stage

DRIVER = "bounded_buffer"

TIME = 20.0
"""Seconds for one stage; the slowest takes a third of one on a machine that does nothing else."""

FORBIDDEN = ("queue", "asyncio", "concurrent", "multiprocessing", "_thread", "_queue")


def drive(context: Context, function: str, *given: object) -> None:
    """Call a function of the driver on a module that builds the buffer itself."""
    context.forbid(*FORBIDDEN)
    context.drive(DRIVER, function, *given, within=TIME)


def seed_of(context: Context) -> int:
    """What the driver draws its schedules from."""
    return context.chance.randrange(1_000_000)


def one_thread(context: Context) -> None:
    """Order and size, with calls that do not wait."""
    drive(context, "one_thread")


def timeouts(context: Context) -> None:
    """Calls that wait in vain, on the clock of the schedule."""
    drive(context, "timeouts", seed_of(context))


def schedules(context: Context) -> None:
    """200 schedules of threads that put and get."""
    drive(context, "schedules", seed_of(context))


def closing(context: Context) -> None:
    """Close before, after and while threads wait."""
    drive(context, "closing", seed_of(context))


def real_threads(context: Context) -> None:
    """Threads of the system, real time, and the time that they compute."""
    drive(context, "real_threads", seed_of(context))


EXERCISE = Exercise(
    name="bounded-buffer",
    chapter=9,
    slug="sharing",
    title="Hand items from threads to threads",
    goal=(
        "Write `class BoundedBuffer` with `put(item, timeout=None)`, `get(timeout=None)` and "
        "`close()`: it holds at most `size` items, makes who must wait wait, raises TimeoutError "
        "or Closed, and loses nothing."
    ),
    stages=(
        Stage(
            "keeps order and size for one thread",
            one_thread,
            "A buffer hands out what was put in first, and holds no more than its size; any "
            "object is an item, None and 0 too (chapter 09).",
        ),
        Stage(
            "waits as long as it was told, and sleeps meanwhile",
            timeouts,
            "A timeout bounds the whole call, however often it is woken in between. Who waits is "
            "woken by the one who changes something, and does not look again and again (chapter "
            "09).",
            randomized=True,
        ),
        Stage(
            "hands over every item in 200 schedules",
            schedules,
            "Whatever is looked at and then changed has to be looked at and changed under one "
            "lock; who was woken looks again, and whoever can go on is woken (chapter 09).",
            randomized=True,
        ),
        Stage(
            "closes",
            closing,
            "After close() nobody waits: a put is refused, a get gets what is inside and is "
            "refused when nothing is (chapter 09).",
            randomized=True,
        ),
        Stage(
            "holds under real threads",
            real_threads,
            "The interpreter may switch between any two threads whenever it likes (chapter 09).",
            randomized=True,
        ),
    ),
)
