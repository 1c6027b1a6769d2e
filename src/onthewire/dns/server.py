"""A server of zones over UDP and TCP, in one thread.

Both are served at the same port: what has no room in a datagram is asked for again over TCP, which
every server has to offer (RFC 7766 section 5).
"""

from __future__ import annotations

import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from onthewire.dns.message import MESSAGE_SIZE

log = logging.getLogger("onthewire.dns")

PREFIX = 2
"""Octets of the length before each message over TCP (RFC 1035 section 4.2.2)."""

PAIRS = 20
"""Attempts to find a port that is free for UDP and for TCP."""


class Responds(Protocol):
    """Makes responses; `onthewire.dns.responder.Responder` does."""

    def respond(self, data: bytes, *, udp: bool) -> bytes | None:
        """The response to a message, or None for silence."""


# --8<-- [start:Limits]
@dataclass(frozen=True, slots=True)
class Limits:
    """What a server allows its clients.

    Attributes:
        connections: over TCP at one time. When one more comes, or descriptors are short, the one
            that has been waiting the longest for its next message is closed: those that ask are
            served.
        idle_time: seconds without a whole message, or without taking the responses, after which a
            connection is closed (RFC 7766 section 6.2.3).
        datagrams: answered in a row before connections have their turn.
        output: octets of responses held for one connection; above it no message is taken from it.
    """

    connections: int = 100
    idle_time: float = 10.0
    datagrams: int = 64
    output: int = 2 * MESSAGE_SIZE


# --8<-- [end:Limits]
class _Connection:
    """A client over TCP: what came and is no whole message yet, what has not been taken yet."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self.sock = sock
        self.deadline = deadline
        self.received = bytearray()
        self.output = bytearray()
        self.ended = False


# --8<-- [start:DNSServer]
class DNSServer:
    """Answers messages over UDP and TCP.

    Use it in a `with` block, or call `close`.

    Args:
        responder: makes the responses.
        host: address to bind, IPv4 or IPv6.
        port: the same for UDP and TCP; 0 lets the system choose one that is free for both.
        limits: what clients may take.
        clock: gives seconds that only grow.

    Raises:
        OSError: the address cannot be bound.
    """

    def __init__(
        self,
        responder: Responds,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits or Limits()
        self._responder = responder
        self._clock = clock
        self._udp, self._listener = _bind(host, port)
        name = self._udp.getsockname()
        self.address: tuple[str, int] = (name[0], name[1])
        """Host and port of both."""
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)
        self._connections: dict[socket.socket, _Connection] = {}
        self._selector = selectors.DefaultSelector()
        self._stopping = False
        for sock in (self._udp, self._listener, self._woken):
            sock.setblocking(False)
            self._selector.register(sock, selectors.EVENT_READ)

    def serve(self) -> None:
        """Serve until `stop` is called; then close all connections."""
        try:
            while not self._stopping:
                for key, _ in self._selector.select(self._patience()):
                    if key.fileobj is self._udp:
                        self._answer_datagrams()
                    elif key.fileobj is self._listener:
                        self._accept()
                    elif key.fileobj is not self._woken:
                        assert isinstance(key.fileobj, socket.socket)
                        if connection := self._connections.get(key.fileobj):
                            self._talk(connection)
                self._close_idle()
        finally:
            for connection in list(self._connections.values()):
                self._drop(connection)

    def stop(self) -> None:
        """Ask `serve` to end; may be called from any thread, and more than once."""
        self._stopping = True
        with suppress(OSError):
            self._wake.send(b"!")

    def close(self) -> None:
        """Close the sockets."""
        self._selector.close()
        for sock in (self._udp, self._listener, self._wake, self._woken):
            sock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _answer_datagrams(self) -> None:
        for _ in range(self.limits.datagrams):
            try:
                data, client = self._udp.recvfrom(MESSAGE_SIZE)
            except BlockingIOError:
                return
            except OSError:
                continue  # Windows tells here that an earlier response found nobody.
            response = self._respond(data, udp=True)
            if response is not None:
                with suppress(OSError):  # It is lost then, as datagrams may be.
                    self._udp.sendto(response, client)

    def _accept(self) -> None:
        try:
            sock, _ = self._listener.accept()
        except (BlockingIOError, ConnectionError):
            return None  # It has gone already.
        except OSError:
            # Descriptors are short. The one that comes would wait, and be reported again and again.
            return self._drop_longest_waiting()
        if len(self._connections) >= self.limits.connections:
            self._drop_longest_waiting()
        sock.setblocking(False)
        connection = _Connection(sock, self._clock() + self.limits.idle_time)
        self._connections[sock] = connection
        self._selector.register(sock, selectors.EVENT_READ)
        return None

    def _talk(self, connection: _Connection) -> None:
        """Take what came, answer it, send what can be sent."""
        try:
            if not connection.ended and len(connection.output) <= self.limits.output:
                data = connection.sock.recv(MESSAGE_SIZE)
                connection.ended = not data
                connection.received += data
        except BlockingIOError:
            pass
        except OSError:
            return self._drop(connection)
        self._answer(connection)
        try:
            del connection.output[: connection.sock.send(connection.output)]
        except BlockingIOError:
            pass
        except OSError:
            return self._drop(connection)
        if connection.ended and not connection.output and not _whole(connection.received):
            return self._drop(connection)
        waiting = connection.output or _whole(connection.received)
        events = selectors.EVENT_WRITE if waiting else selectors.EVENT_READ
        self._selector.modify(connection.sock, events)
        return None

    def _answer(self, connection: _Connection) -> None:
        """Answer the whole messages that have come, in their order."""
        received = connection.received
        while (end := _whole(received)) and len(connection.output) <= self.limits.output:
            response = self._respond(bytes(received[PREFIX:end]), udp=False)
            del received[:end]
            if response is None:
                # Nothing sensible comes from there; what was answered is still sent.
                connection.ended = True
                received.clear()
                return
            connection.output += len(response).to_bytes(PREFIX, "big") + response
            connection.deadline = self._clock() + self.limits.idle_time

    def _respond(self, data: bytes, *, udp: bool) -> bytes | None:
        try:
            return self._responder.respond(data, udp=udp)
        except Exception:
            log.exception("no response to %d octets", len(data))
            return None

    def _patience(self) -> float | None:
        """Seconds until the first connection has been idle for too long; None without any."""
        if not self._connections:
            return None
        first = min(connection.deadline for connection in self._connections.values())
        return max(0.0, first - self._clock())

    def _close_idle(self) -> None:
        now = self._clock()
        for connection in list(self._connections.values()):
            if connection.deadline <= now:
                self._drop(connection)

    def _drop_longest_waiting(self) -> None:
        if self._connections:
            self._drop(min(self._connections.values(), key=lambda one: one.deadline))

    def _drop(self, connection: _Connection) -> None:
        del self._connections[connection.sock]
        self._selector.unregister(connection.sock)
        connection.sock.close()


# --8<-- [end:DNSServer]
def _whole(received: bytearray) -> int:
    """Where the first message ends, if all of it has come; otherwise 0."""
    end = PREFIX + int.from_bytes(received[:PREFIX], "big")
    return end if PREFIX <= end <= len(received) else 0


def _bind(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    """A socket for UDP and one that listens, at one port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for attempt in range(PAIRS):
        listener = socket.create_server((host, port), family=family)
        udp = socket.socket(family, socket.SOCK_DGRAM)
        try:
            udp.bind(listener.getsockname())
        except OSError:
            udp.close()
            listener.close()
            if port or attempt == PAIRS - 1:
                raise
            continue
        return udp, listener
    raise AssertionError("not reached")


@contextmanager
def serving(*servers: DNSServer) -> Iterator[None]:
    """Let servers serve in threads while the block runs; closes them at its end."""
    threads = [threading.Thread(target=server.serve, daemon=True) for server in servers]
    try:
        for thread in threads:
            thread.start()
        yield
    finally:
        for server in servers:
            server.stop()
        for thread in threads:
            if thread.is_alive():
                thread.join()
        for server in servers:
            server.close()
