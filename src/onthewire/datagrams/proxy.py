"""A UDP relay that treats datagrams as a bad network does.

Each client gets a socket of its own towards the server, so that the server sees different ports for
different clients, and answers find their way back. What a real NAT does for its flows (RFC 4787)
this does for a handful, without a timer: the flow that was idle longest goes first.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

from onthewire.datagrams.faults import Fate, Faults
from onthewire.datagrams.path import Path

FLOW_LIMIT = 64
"""Clients that have a socket at one time; a stranger can cost no more descriptors than that."""

RECEIVE_SIZE = 65_535
"""Octets asked for at once: no datagram over IPv4 is longer, so none is cut."""

TICK = 0.2
"""Seconds that a wait lasts at most, so also how late `stop` is noticed."""

Address = tuple[str, int]


class _Flow:
    """One client: its address, its socket towards the server, a path in each direction."""

    def __init__(self, client: Address, upstream: socket.socket, there: Path, back: Path) -> None:
        self.client = client
        self.upstream = upstream
        self.there = there
        self.back = back


class LossyProxy:
    """Relays datagrams between clients and one server, with faults in each direction.

    The first client has the schedules of the seeds ``SEED/there/1`` and ``SEED/back/1``, the
    second those that end in 2. Use it in a `with` block, or call `close`.

    Args:
        server: where the datagrams go.
        seed: of all faults.
        there: arguments of `Faults` towards the server: loss, duplicate, reorder, delay, hold.
        back: the same for the way back; None for the same as `there`.
        host: address to bind.
        port: port to bind; 0 lets the system choose.
        tell: called with "there" or "back", the client's number and the fate of each datagram.
        clock: gives seconds that only grow.

    Raises:
        OSError: the address cannot be bound.
    """

    def __init__(
        self,
        server: Address,
        seed: int | str,
        there: dict[str, float],
        back: dict[str, float] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tell: Callable[[str, int, Fate], object] = lambda *_: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server, self._seed = server, seed
        self._settings = {"there": there, "back": there if back is None else back}
        for settings in self._settings.values():
            Faults(seed, **settings)  # a wrong setting is to show here, not at the first datagram
        self._tell, self._clock = tell, clock
        self._flows: dict[Address, _Flow] = {}
        self._clients = 0
        self._stopping = False
        self._selector = selectors.DefaultSelector()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((host, port))
        except BaseException:
            self.close()
            raise
        self._socket.setblocking(False)
        self._selector.register(self._socket, selectors.EVENT_READ, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def address(self) -> Address:
        """Host and port to send to."""
        host, port = self._socket.getsockname()[:2]
        return str(host), int(port)

    def serve(self) -> None:
        """Relay until `stop` is called, from another thread or a signal handler."""
        while not self._stopping:
            for key, _ in self._selector.select(self._wait()):
                self._receive(key.fileobj, key.data)
            self._deliver()

    def stop(self) -> None:
        """Ask `serve` to end; it does so within `TICK` seconds."""
        self._stopping = True

    def close(self) -> None:
        """Close all sockets. What is under way is lost."""
        for flow in self._flows.values():
            flow.upstream.close()
        self._flows.clear()
        self._selector.close()
        self._socket.close()

    def _wait(self) -> float:
        """Seconds until the next arrival, at most `TICK`."""
        arrivals = [
            arrival
            for flow in self._flows.values()
            for path in (flow.there, flow.back)
            if (arrival := path.next_arrival()) is not None
        ]
        return min(TICK, max(0.0, min(arrivals, default=TICK + self._clock()) - self._clock()))

    def _receive(self, ready: Any, flow: _Flow | None) -> None:
        # A refusal is no datagram; and the socket of a flow may have been closed in this round.
        with suppress(OSError):
            if flow is None:
                datagram, client = ready.recvfrom(RECEIVE_SIZE)
                self._flow_of(client).there.send(self._clock(), datagram)
            else:
                flow.back.send(self._clock(), ready.recv(RECEIVE_SIZE))

    def _flow_of(self, client: Address) -> _Flow:
        flow = self._flows.pop(client, None) or self._begin(client)
        self._flows[client] = flow  # at the end of the row: it was the last one in use
        return flow

    def _begin(self, client: Address) -> _Flow:
        if len(self._flows) >= FLOW_LIMIT:
            idle = self._flows.pop(next(iter(self._flows)))
            self._selector.unregister(idle.upstream)
            idle.upstream.close()
        self._clients += 1
        upstream = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        flow = _Flow(client, upstream, self._path("there"), self._path("back"))
        upstream.connect(self._server)
        upstream.setblocking(False)
        self._selector.register(upstream, selectors.EVENT_READ, flow)
        return flow

    def _path(self, direction: str) -> Path:
        number = self._clients
        faults = Faults(f"{self._seed}/{direction}/{number}", **self._settings[direction])
        return Path(faults, tell=lambda fate: self._tell(direction, number, fate))

    def _deliver(self) -> None:
        now = self._clock()
        for flow in self._flows.values():
            # What cannot be sent is lost, as on any other way.
            for datagram in flow.there.receive(now):
                with suppress(OSError):
                    flow.upstream.send(datagram)
            for datagram in flow.back.receive(now):
                with suppress(OSError):
                    self._socket.sendto(datagram, flow.client)
