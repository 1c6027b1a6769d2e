"""The checker's side of an exercise over UDP: it takes datagrams until the program ends."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from courseware.checker.program import Program
from courseware.checker.report import TimedOut

RECEIVE_SIZE = 65_535
"""Octets asked for at once: no datagram over IPv4 is longer, so none is cut."""

TICK = 0.01
"""Seconds between two looks whether the program has ended, and between two calls of `tick`."""

Address = tuple[str, int]


def closed_port() -> int:
    """A UDP port of the loopback at which nobody is."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class DatagramServer:
    """A UDP socket on the loopback, and a second one that only sends: somebody at another port."""

    def __init__(self) -> None:
        self._socket, self._other = (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)
        )
        for each in (self._socket, self._other):
            each.bind(("127.0.0.1", 0))
            each.setblocking(False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._socket.close()
        self._other.close()

    @property
    def port(self) -> int:
        """Where programs send to."""
        return int(self._socket.getsockname()[1])

    def send(self, datagram: bytes, to: Address) -> None:
        """Send from the port that the program knows; what cannot be sent is lost."""
        with suppress(OSError):
            self._socket.sendto(datagram, to)

    def spoof(self, datagram: bytes, to: Address) -> None:
        """Send from a port that the program has never sent to."""
        with suppress(OSError):
            self._other.sendto(datagram, to)

    def serve(
        self,
        program: Program,
        take: Callable[[bytes, Address], object],
        within: float,
        tick: Callable[[], object] = lambda: None,
    ) -> None:
        """Take datagrams until the program has ended.

        Args:
            program: the client.
            take: called with each datagram and where it came from.
            within: seconds for all of it.
            tick: called every `TICK` seconds or oftener.

        Raises:
            TimedOut: the program still runs.
        """
        end = time.monotonic() + within
        while program.running:
            if time.monotonic() > end:
                raise TimedOut(f"the program still ran {within:g} s after its start.")
            if select.select([self._socket], [], [], TICK)[0]:
                # Windows reports here that a client, sent to earlier, has gone.
                with suppress(BlockingIOError, ConnectionError):
                    take(*self._socket.recvfrom(RECEIVE_SIZE))
            tick()
