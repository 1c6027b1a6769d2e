"""Waiting for something that nobody announces: asked again and again, until a deadline."""

from __future__ import annotations

import threading
from collections.abc import Callable

from onthewire.sockets import Deadline

PAUSE = 0.002
"""Seconds between two questions: short beside any network, long beside one question."""


def wait_until(condition: Callable[[], bool], within: float, pause: float = PAUSE) -> bool:
    """Ask until the answer is yes; False where `within` seconds did not suffice."""
    deadline = Deadline(within)
    never = threading.Event()
    while not condition():
        if deadline.expired:
            return False
        never.wait(min(pause, deadline.remaining()))
    return True
