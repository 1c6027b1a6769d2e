"""What a program, or a piece of code, holds that it should have given back.

For a started program: open descriptors, threads and memory, read from /proc on Linux. Other systems
do not tell without tools; there these checks are skipped, and the check says so. For code in this
process: threads, asyncio tasks and sockets.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from courseware.checker.report import Failed
from courseware.checker.waiting import wait_until

PROC = Path("/proc")

GIVEN_BACK_WITHIN = 2.0
"""Seconds that a program has to give back what it held for a client that has left."""

UNAVAILABLE = "descriptors, threads and memory are not looked at: this system has no /proc"


@dataclass(frozen=True)
class Use:
    """What the processes of one session hold together.

    Attributes:
        descriptors: open files, sockets and pipes.
        threads: running threads.
        memory: octets in physical memory now.
        peak: the most octets that there were in physical memory so far.
    """

    descriptors: int = 0
    threads: int = 0
    memory: int = 0
    peak: int = 0

    def __add__(self, other: Use) -> Use:
        return Use(
            self.descriptors + other.descriptors,
            self.threads + other.threads,
            self.memory + other.memory,
            self.peak + other.peak,
        )

    def grown_since(self, before: Use) -> int:
        """Octets of memory that it holds, or held at its peak, beyond what it did before."""
        return max(self.memory - before.memory, self.peak - before.peak)


def _session(pid: int) -> int:
    # The name of the program stands in parentheses and may itself hold blanks and parentheses.
    fields = (PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
    return int(fields[3])


def _use_of_process(pid: int) -> Use:
    folder = PROC / str(pid)
    status = dict(
        line.split(":", 1) for line in (folder / "status").read_text("utf-8").splitlines()
    )

    def kibibytes(name: str) -> int:
        return int(status.get(name, "0").split()[0]) * 1024

    return Use(
        descriptors=sum(1 for _ in (folder / "fd").iterdir()),
        threads=int(status["Threads"]),
        memory=kibibytes("VmRSS"),
        peak=kibibytes("VmHWM"),
    )


def use_of(session: int) -> Use | None:
    """What all processes of a session hold; None where the system does not tell, or none is left.

    Args:
        session: the id of the process that leads it, such as `Program.pid`.
    """
    total: Use | None = None
    if not (PROC / "self" / "stat").exists():
        return None
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        # A process may end at any moment, and another user's is not ours to read.
        with contextlib.suppress(OSError, ValueError, IndexError, KeyError):
            pid = int(entry.name)
            if _session(pid) == session:
                total = (total or Use()) + _use_of_process(pid)
    return total


def expect_given_back(session: int, before: Use, after_what: str) -> None:
    """Check that descriptors and threads come back down to what they were.

    Args:
        session: the program's session.
        before: what it held, measured after its first client so that it is warmed up.
        after_what: what happened since: "50 clients".

    Raises:
        Failed: some are still held after `GIVEN_BACK_WITHIN` seconds.
    """
    now = before

    def given_back() -> bool:
        nonlocal now
        now = use_of(session) or before
        return now.descriptors <= before.descriptors and now.threads <= before.threads

    if wait_until(given_back, GIVEN_BACK_WITHIN, pause=0.01):
        return
    for kind, held, start in (
        ("descriptors", now.descriptors, before.descriptors),
        ("threads", now.threads, before.threads),
    ):
        if held > start:
            raise Failed(f"After {after_what} the program holds {held} {kind}; before, {start}.")


def _open_sockets() -> dict[int, socket.socket]:
    found = [item for item in gc.get_objects() if isinstance(item, socket.socket)]
    return {id(item): item for item in found if item.fileno() != -1}


@contextlib.contextmanager
def no_leaks(within: float = GIVEN_BACK_WITHIN) -> Iterator[None]:
    """Check that a block of code in this process leaves no thread and no open socket behind.

    Raises:
        Failed: some are left; it names them.
    """
    threads_before = set(threading.enumerate())
    sockets_before = _open_sockets()
    yield

    def left() -> list[str]:
        threads = [
            f"the thread {thread.name!r}"
            for thread in threading.enumerate()
            if thread not in threads_before
        ]
        sockets = [
            f"an open socket, descriptor {item.fileno()}"
            for key, item in _open_sockets().items()
            if sockets_before.get(key) is not item
        ]
        return threads + sockets

    if not wait_until(lambda: not left(), within):
        raise Failed(f"Left behind: {'; '.join(left())}.")


@contextlib.asynccontextmanager
async def no_task_leaks() -> AsyncIterator[None]:
    """Check that a block of asynchronous code leaves no task running."""
    before = asyncio.all_tasks()
    yield
    left = sorted(task.get_name() for task in asyncio.all_tasks() - before)
    if left:
        raise Failed(f"Left running: the tasks {', '.join(left)}.")
