"""What happens to each datagram on its way: a schedule from a seed, without clock and without I/O.

IP promises neither that a datagram arrives, nor that it arrives once, nor that two arrive in the
order in which they were sent (RFC 791 section 1.2, RFC 1122 section 3.1), and UDP adds nothing to
that. Left out is damage to the octets: the checksum turns it into loss (RFC 768).
"""

from __future__ import annotations

import random
from dataclasses import dataclass

FATES = ("passed", "lost", "twice", "held back")
"""The four words of `Fate.word`."""

HOLD = 0.02
"""Seconds that a datagram is held back: longer than the time between two of a burst."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to one datagram.

    Attributes:
        number: counted from 1, in the order of sending.
        word: one of `FATES`.
        delays: for each copy that arrives, the seconds it takes; empty where it is lost.
    """

    number: int
    word: str
    delays: tuple[float, ...]


def _share(name: str, value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError(f"{name} is a share from 0 to 1; this is {value!r}")
    return value


def _seconds(name: str, value: float) -> float:
    if not 0 <= value < float("inf"):
        raise ValueError(f"{name} is a number of seconds, 0 or more; this is {value!r}")
    return value


# --8<-- [start:Faults]
class Faults:
    """The fates of the datagrams in one direction; equal arguments give equal fates.

    For each datagram three numbers are drawn, whatever the settings are. So the same seed loses
    the same datagrams, with or without duplicates.

    Args:
        seed: any number or text; take another for each direction.
        loss: the share of datagrams that never arrive, from 0 to 1.
        duplicate: the share, of those that arrive, that arrive a second time.
        reorder: the share, of the rest, that are held back and can be overtaken.
        delay: seconds that each datagram takes.
        hold: seconds more for one that is held back, and for the second copy.

    Raises:
        ValueError: a share is not from 0 to 1, or a time is negative.
    """

    def __init__(
        self,
        seed: int | str,
        *,
        loss: float = 0.0,
        duplicate: float = 0.0,
        reorder: float = 0.0,
        delay: float = 0.0,
        hold: float = HOLD,
    ) -> None:
        self.loss = _share("loss", loss)
        self.duplicate = _share("duplicate", duplicate)
        self.reorder = _share("reorder", reorder)
        self.delay = _seconds("delay", delay)
        self.hold = _seconds("hold", hold)
        self._chance = random.Random(str(seed))
        self._number = 0

    def next(self) -> Fate:
        """The fate of the next datagram."""
        self._number += 1
        lost = self._chance.random() < self.loss
        twice = self._chance.random() < self.duplicate
        held = self._chance.random() < self.reorder
        if lost:
            return Fate(self._number, "lost", ())
        if twice:
            return Fate(self._number, "twice", (self.delay, self.delay + self.hold))
        if held:
            return Fate(self._number, "held back", (self.delay + self.hold,))
        return Fate(self._number, "passed", (self.delay,))


# --8<-- [end:Faults]
