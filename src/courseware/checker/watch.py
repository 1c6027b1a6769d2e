"""Checks a program again each time its file is saved."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

POLL = 0.3
"""Seconds between two looks at the file: soon enough for a person, no load for a machine."""


def state_of(path: Path) -> tuple[int, int] | None:
    """What changes when a file is saved; None while there is none, as some editors have it."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def pause() -> None:
    """Wait for the next look."""
    threading.Event().wait(POLL)


def watch(path: Path, check: Callable[[], object], wait: Callable[[], object] = pause) -> None:
    """Check now, and after each change of the file, until interrupted.

    Args:
        path: the reader's program.
        check: judges it and tells the reader.
        wait: called between two looks; it may raise to end this.
    """
    seen = state_of(path)
    check()
    while True:
        wait()
        now = state_of(path)
        if now is not None and now != seen:
            seen = now
            check()
