"""Chapter 08: hash the files of a folder, with the waits at the same time."""

from __future__ import annotations

from courseware.checker.chance import Chance
from courseware.exercises.context import Context
from courseware.exercises.model import Exercise, Stage

DRIVER = "fast_hasher"

WITHIN = 10.0
"""Seconds for one stage: what hangs is given up then; nobody is judged by them."""

SLOW_FILES = 16
ROUNDS = 4
"""A quarter of what one file after the other takes."""

MANY_FILES = 40
LARGE = 1_500_000
BLOCK = 65_536


def names(chance: Chance, count: int, start: str = "") -> list[str]:
    """Names of files, some of them in folders."""
    found: set[str] = set()
    while len(found) < count:
        folder = chance.choice(("", "logs/", "logs/old/", "photos/"))
        found.add(f"{folder}{start}{chance.randrange(10_000):04}")
    return sorted(found)


def small(chance: Chance, count: int, start: str = "") -> dict[str, int]:
    """So many small files, by name, with their sizes."""
    return {name: chance.randrange(1, 2000) for name in names(chance, count, start)}


def seed_of(chance: Chance) -> str:
    """What the driver makes the contents of the files from."""
    return str(chance.randrange(2**32))


def hashes(context: Context) -> None:
    """Real files, an empty one, some at the border of a block."""
    sizes = small(context.chance, 6)
    for size in (0, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK):
        sizes[f"sizes/{size:06}"] = size
    sizes["photos/two words"] = 10
    context.drive(DRIVER, "digests", seed_of(context.chance), sizes, within=WITHIN)


def overlaps(context: Context) -> None:
    """A disk that brings files in rounds, up to eight in each."""
    sizes = small(context.chance, SLOW_FILES)
    context.drive(DRIVER, "rounds", seed_of(context.chance), sizes, ROUNDS, within=WITHIN)


def keeps_order(context: Context) -> None:
    """Four files, of which the last is ready first."""
    sizes = small(context.chance, 4)
    context.drive(DRIVER, "order", seed_of(context.chance), sizes, within=WITHIN)


def reports_errors(context: Context) -> None:
    """Files that cannot be opened, and files that end in an error."""
    chance = context.chance
    sizes = small(chance, 5) | small(chance, 2, "closed") | small(chance, 3, "broken")
    closed = [name for name in sizes if "closed" in name]
    broken = [name for name in sizes if "broken" in name]
    fails = dict(zip(closed, ("PermissionError", "FileNotFoundError"), strict=True))
    fails |= dict(zip(broken, ("TimeoutError", "ConnectionResetError", "OSError"), strict=True))
    context.drive(DRIVER, "errors", seed_of(chance), sizes, fails, within=WITHIN)


def stays_small(context: Context) -> None:
    """Many files, and a large one."""
    sizes = small(context.chance, MANY_FILES) | {"large": LARGE}
    context.drive(DRIVER, "limits", seed_of(context.chance), sizes, within=WITHIN)


def leaves_nothing(context: Context) -> None:
    """The threads afterwards, and an error that is no OSError."""
    sizes = small(context.chance, 12)
    broken = context.chance.choice(sorted(sizes))
    context.drive(DRIVER, "leaves_nothing", seed_of(context.chance), sizes, broken, within=WITHIN)


EXERCISE = Exercise(
    name="fast-hasher",
    chapter=8,
    slug="interpreter",
    title="Hash a folder, faster",
    goal=(
        "`hash_folder(folder, open_file)` gives a dict: for each file under the folder its name, "
        "with `/` between folders, and the SHA-256 digest of its content, in the order of the "
        "paths. `open_file(path)` opens a file as `open(path, 'rb')` does, and may have to wait "
        "for it. Wait for several files at the same time: at least four, with at most 16 threads "
        "beside the main one. For a file that cannot be opened or read, an OSError, the value is "
        "`ERROR ` and the name of the error's class; any other error is raised. A read asks for at "
        "most 1,048,576 octets, and no thread is left afterwards."
    ),
    stages=(
        Stage(
            "gives the digests of real files",
            hashes,
            "A faster program is still the same program: its result is that of one file after the "
            "other (chapter 08).",
            randomized=True,
        ),
        Stage(
            "waits for several files at the same time",
            overlaps,
            "While one thread waits for a disk or a socket, others run; one place in the program "
            "waits for one thing (chapter 08).",
            randomized=True,
        ),
        Stage(
            "gives them in order, whatever is ready first",
            keeps_order,
            "Threads end in any order. A result that is compared with yesterday's must not depend "
            "on it (chapter 08).",
            randomized=True,
        ),
        Stage(
            "reports each file that cannot be read",
            reports_errors,
            "An error in a thread ends that thread and is told to nobody who does not ask for it "
            "(chapter 08).",
            randomized=True,
        ),
        Stage(
            "takes a bounded number of threads and octets",
            stays_small,
            "What grows with the input needs a bound: threads with the number of files, memory "
            "with their size (chapter 08).",
            randomized=True,
        ),
        Stage(
            "leaves no thread behind and hides no mistake",
            leaves_nothing,
            "A thread that waits for work keeps the process from ending. What is no OSError is no "
            "property of a file (chapter 08).",
            randomized=True,
        ),
    ),
)
