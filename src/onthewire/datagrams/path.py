"""One direction of a path: datagrams go in with a time, and come out with a time. No I/O.

The caller has the clock. A live proxy asks with the time of its system, a simulation with a number
that it moves by itself; what happens to the datagrams is the same.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

from onthewire.datagrams.faults import Fate, Faults

QUEUE_LIMIT = 1_000
"""Datagrams that may wait for a path with a rate; more are dropped, as a router drops them."""


# --8<-- [start:Path]
class Path:
    """Carries datagrams in one direction, with the faults of a schedule.

    Args:
        faults: what happens to each.
        rate: octets a second that the path takes; None for no bound. A datagram leaves when those
            before it have left.
        overhead: octets that each datagram takes on top of its own, where there is a rate.
        queue: how many may wait to leave, where there is a rate; one more is dropped.
        tell: called with the fate of each datagram.

    Attributes:
        dropped: how many the full queue has cost so far.
    """

    def __init__(
        self,
        faults: Faults,
        *,
        rate: float | None = None,
        overhead: int = 0,
        queue: int = QUEUE_LIMIT,
        tell: Callable[[Fate], object] = lambda _: None,
    ) -> None:
        self.faults = faults
        self.dropped = 0
        self._rate, self._overhead, self._queue, self._tell = rate, overhead, queue, tell
        self._leaving: list[float] = []
        self._free = 0.0
        self._under_way: list[tuple[float, int, bytes]] = []
        self._count = 0

    def send(self, now: float, datagram: bytes) -> None:
        """Give a datagram to the path.

        Args:
            now: the time in seconds, never less than in a call before.
            datagram: its octets.
        """
        left = self._leaves(now, len(datagram))
        if left is None:
            self.dropped += 1
            return
        fate = self.faults.next()
        self._tell(fate)
        for delay in fate.delays:
            self._count += 1
            heapq.heappush(self._under_way, (left + delay, self._count, datagram))

    def _leaves(self, now: float, size: int) -> float | None:
        """When a datagram has left, the last octet of it; None where the queue is full."""
        if self._rate is None:
            return now
        self._leaving = [when for when in self._leaving if when > now]
        if len(self._leaving) > self._queue:
            return None
        self._free = max(self._free, now) + (size + self._overhead) / self._rate
        self._leaving.append(self._free)
        return self._free

    def next_arrival(self) -> float | None:
        """When the next datagram arrives; None where none is under way."""
        return self._under_way[0][0] if self._under_way else None

    def receive(self, now: float) -> list[bytes]:
        """The datagrams that have arrived by now, in the order of their arrival."""
        arrived: list[bytes] = []
        while self._under_way and self._under_way[0][0] <= now:
            arrived.append(heapq.heappop(self._under_way)[2])
        return arrived


# --8<-- [end:Path]
