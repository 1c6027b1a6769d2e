"""Judges `hash_folder`: what it gives, how many files it waits for at once, what it leaves behind.

How fast a program is depends on the machine and on what else runs there. So no time is measured:
the files lie on a disk that lets readers in by rounds, and the rounds are counted.
"""

from __future__ import annotations

import hashlib
import io
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from courseware.drivers import Wrong

AT_ONCE = 8
"""How many files the slow disk brings in one round."""

QUIET = 0.2
"""Seconds without another reader after which a round begins that is not full."""

THREADS = 16
"""How many threads the program may have beside the main one."""

LARGEST_READ = 1_048_576
"""Octets that one read may ask for."""

GONE = 1.0
"""Seconds for a thread that has been told to end."""

ERRORS: dict[str, type[OSError]] = {
    error.__name__: error
    for error in (PermissionError, FileNotFoundError, TimeoutError, ConnectionResetError, OSError)
}


class Mistake(Exception):
    """Stands for a mistake in the program: no reader can be expected to know it."""


class Rounds:
    """A disk that brings some files at the same time, and then the next.

    Args:
        files: how many there are to be read.
        at_once: how many it brings in one round.
        most: rounds after which the disk is fast, since enough has been seen.
    """

    def __init__(self, files: int, at_once: int, most: int) -> None:
        self.number = 0
        self.most_inside = 0
        self._left = files
        self._at_once = at_once
        self._most = most
        self._inside = 0
        self._last = 0.0
        self._changed = threading.Condition()

    def wait(self) -> None:
        """Wait for the end of the round that one is in."""
        with self._changed:
            self._inside += 1
            self.most_inside = max(self.most_inside, self._inside)
            self._last = time.monotonic()
            mine = self.number
            if self._inside >= min(self._at_once, self._left) or self.number > self._most:
                self._next()
            while self.number == mine:
                if (rest := self._last + QUIET - time.monotonic()) > 0:
                    self._changed.wait(rest)
                else:
                    self._next()

    def _next(self) -> None:
        self.number += 1
        self._left -= self._inside
        self._inside = 0
        self._changed.notify_all()


class Watched(io.FileIO):
    """An open file of which is known how much is asked for, and when it is closed."""

    def __init__(self, path: Path, fails: type[OSError] | None, closed: Callable[[], None]) -> None:
        super().__init__(path)
        self.largest = 0
        self._fails = fails
        self._closed = closed
        self._begun = False

    def readinto(self, buffer: Any) -> int | None:
        """Read, as a file does; one that fails gives a piece first."""
        self.largest = max(self.largest, len(buffer))
        if self._fails is None:
            return super().readinto(buffer)
        if self._begun:
            raise self._fails(5, "the checker's disk is broken")
        self._begun = True
        return super().readinto(memoryview(buffer)[:1000])

    def readall(self) -> bytes:
        """Read all, as a file does, and remember that it was asked for."""
        self.largest = LARGEST_READ + 1
        if self._fails is not None:
            raise self._fails(5, "the checker's disk is broken")
        return super().readall()

    def close(self) -> None:
        """Close, as a file does, and tell."""
        if not self.closed:
            super().close()
            self._closed()


class Disk:
    """Gives the program its files; what `open_file` is for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.before = set(threading.enumerate())
        self.threads = 0
        self.files: list[Watched] = []
        self.fails: dict[str, type[OSError]] = {}
        self.arrive: Callable[[str], None] = lambda _: None
        self.closed: Callable[[str], None] = lambda _: None

    def others(self) -> list[threading.Thread]:
        """The threads that have been started since."""
        return [thread for thread in threading.enumerate() if thread not in self.before]

    def open(self, path: Any) -> io.BufferedReader:
        """As `open(path, "rb")`, with what the stage has in store for this file."""
        name = Path(path).relative_to(self.folder).as_posix()
        self.threads = max(self.threads, len(self.others()))
        self.arrive(name)
        fails = self.fails.get(name)
        if fails and "closed" in name:
            raise fails(13, "the checker's disk does not open it")
        file = Watched(Path(path), fails, lambda: self.closed(name))
        self.files.append(file)
        return io.BufferedReader(file)


@contextmanager
def files(seed: str, sizes: dict[str, int]) -> Iterator[tuple[Disk, dict[str, str]]]:
    """A folder with files of random octets, and the digests in the order of the paths."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="onthewire-") as temporary:
        folder = Path(temporary).resolve()
        digests = {}
        for name in sorted(sizes, key=Path):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data := chance.randbytes(sizes[name]))
            digests[name] = hashlib.sha256(data).hexdigest()
        yield Disk(folder), digests


def expect(results: Any, wanted: dict[str, str]) -> None:
    """Compare what the program gave with what is right, in words for the first difference."""
    if not isinstance(results, dict):
        raise Wrong(f"`hash_folder` gave {type(results).__name__}; expected a dict.")
    for name in wanted:
        if name not in results:
            raise Wrong(f"The result has no {name!a}.")
    for name in results:
        if name not in wanted:
            raise Wrong(f"The result has {name!a}, which is no file of the folder.")
        if results[name] != wanted[name]:
            raise Wrong(
                f"Wrong outcome for {name!a}.",
                expected=wanted[name].encode(),
                received=str(results[name]).encode(errors="backslashreplace"),
            )


def digests(program: Any, seed: str, sizes: dict[str, int]) -> None:
    """Real files, opened as the program does it by itself."""
    with files(seed, sizes) as (disk, wanted):
        expect(program.hash_folder(disk.folder), wanted)


def rounds(program: Any, seed: str, sizes: dict[str, int], most: int) -> None:
    """Files of a slow disk: as many rounds as are allowed, or fewer."""
    with files(seed, sizes) as (disk, wanted):
        slow = Rounds(len(sizes), AT_ONCE, most)
        disk.arrive = lambda _: slow.wait()
        expect(program.hash_folder(disk.folder, disk.open), wanted)
        if slow.number > most:
            raise Wrong(
                f"{len(sizes)} files took more than {most} rounds of waiting: at most "
                f"{slow.most_inside} at a time was being opened, with up to {disk.threads} threads "
                "beside the main one."
            )


def order(program: Any, seed: str, sizes: dict[str, int]) -> None:
    """A disk that brings the last file first."""
    with files(seed, sizes) as (disk, wanted):
        names = list(wanted)
        done = {name: threading.Event() for name in names}
        done[""] = threading.Event()
        done[""].set()
        behind = dict(zip(names, [*names[1:], ""], strict=True))
        disk.arrive = lambda name: (done[behind[name]].wait(GONE), None)[1]
        disk.closed = lambda name: done[name].set()
        results = program.hash_folder(disk.folder, disk.open)
        expect(results, wanted)
        if list(results) != names:
            raise Wrong(
                "The result is not in the order of the paths, where the last file is ready first.",
                expected=" ".join(names).encode(),
                received=" ".join(results).encode(),
            )


def errors(program: Any, seed: str, sizes: dict[str, int], fails: dict[str, str]) -> None:
    """Files that cannot be opened, or read to their end."""
    with files(seed, sizes) as (disk, wanted):
        disk.fails = {name: ERRORS[error] for name, error in fails.items()}
        wanted.update((name, f"ERROR {error}") for name, error in fails.items())
        expect(program.hash_folder(disk.folder, disk.open), wanted)


def limits(program: Any, seed: str, sizes: dict[str, int]) -> None:
    """Many files, one of them large: the threads are counted, and what a read asks for."""
    with files(seed, sizes) as (disk, wanted):
        slow = Rounds(len(sizes), THREADS + 1, 0)
        disk.arrive = lambda _: slow.wait() if not slow.number else None
        expect(program.hash_folder(disk.folder, disk.open), wanted)
        if disk.threads > THREADS:
            raise Wrong(
                f"For {len(sizes)} files there were more than {THREADS} threads beside the main "
                "one."
            )
        if max((file.largest for file in disk.files), default=0) > LARGEST_READ:
            raise Wrong("A file was read whole: one read asked for more than 1,048,576 octets.")


def leaves_nothing(program: Any, seed: str, sizes: dict[str, int], broken: str) -> None:
    """Once with files alone, once with a mistake, which has to come out."""
    with files(seed, sizes) as (disk, wanted):
        expect(program.hash_folder(disk.folder, disk.open), wanted)
        expect_gone(disk, "After the return")

        def fail(name: str) -> None:
            if name == broken:
                raise Mistake("this is no OSError")

        disk.arrive = fail
        try:
            program.hash_folder(disk.folder, disk.open)
        except Mistake:
            expect_gone(disk, "After an error that nobody expects")
        else:
            raise Wrong(
                "`open_file` raised an error that is no OSError, and `hash_folder` did not."
            )


def expect_gone(disk: Disk, when: str) -> None:
    """Whether all threads have ended; they may need a moment for it."""
    end = time.monotonic() + GONE
    for thread in disk.others():
        thread.join(max(0.0, end - time.monotonic()))
    if left := len(disk.others()):
        raise Wrong(f"{when} {left} threads of the program were still there.")
