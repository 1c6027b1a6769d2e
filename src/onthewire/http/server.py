"""The server on asyncio: the listening socket, the connections it has, their start and their end.

What one connection does is in `onthewire.http.aio`. Left out: several listening sockets.
"""

from __future__ import annotations

import asyncio
import email.utils
import logging
import signal
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from onthewire.http.events import Fields, RequestHead
from onthewire.http.limits import Limits

if TYPE_CHECKING:
    from onthewire.http.aio import HTTPProtocol

log = logging.getLogger("onthewire.http")

Access = Callable[[str, RequestHead | None, int], None]
"""Told about each response: the client's address, the request (None for no request), the status."""

NAME = b"server: onthewire\r\n"

ROOM = 65_536
"""Octets that are received at most at a time."""


class Common:
    """Field lines that every response has; Date is made anew once a second (RFC 9110 6.6.1)."""

    def __init__(self) -> None:
        self._second = 0
        self._octets = b""

    def octets(self) -> bytes:
        """Date and Server, as they are sent."""
        now = int(time.time())
        if now != self._second:
            self._second = now
            date = email.utils.formatdate(now, usegmt=True).encode()
            self._octets = b"date: " + date + b"\r\n" + NAME
        return self._octets

    def beside(self, fields: Fields) -> bytes:
        """Those of them that are not among the fields of an application."""
        names = {name for name, _ in fields}
        lines = self.octets().splitlines(keepends=True)
        return b"".join(line for line in lines if line.partition(b":")[0] not in names)


# --8<-- [start:HTTPServer]
class HTTPServer:
    """Serves HTTP/1.1 on listening sockets, in one event loop.

    Args:
        protocol: makes the protocol of a connection, such as a `SimpleProtocol`.
        limits: what clients may take.
        tls: for https; None for http.
        access: told about each response; None for nobody.
    """

    def __init__(
        self,
        protocol: Callable[[HTTPServer], HTTPProtocol],
        limits: Limits | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        access: Access | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.common = Common()
        self.room = memoryview(bytearray(ROOM))
        self.loop: asyncio.AbstractEventLoop
        self.stopping = False
        self._protocol = protocol
        self.tls = tls
        self.access = access
        self._connections: set[HTTPProtocol] = set()
        self._stop_asked = asyncio.Event()
        self._empty = asyncio.Event()

    async def serve(self, listener: socket.socket, ready: Callable[[], Any] = bool) -> None:
        """Serve until `stop` is called, then let requests in flight end within the drain time.

        Args:
            listener: a listening socket; it is closed at the end.
            ready: called once connections are accepted.
        """
        self.loop = asyncio.get_running_loop()
        more: dict[str, Any] = {"sock": listener, "backlog": 512}
        if self.tls is not None:
            more |= {"ssl": self.tls, "ssl_handshake_timeout": self.limits.head_time}
        server = await self.loop.create_server(lambda: self._protocol(self), **more)
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError, RuntimeError, ValueError):
                self.loop.add_signal_handler(number, self.stop)
        try:
            ready()
            await self._stop_asked.wait()
        finally:
            self.stopping = True
            server.close()
            await self._finish()

    def stop(self) -> None:
        """Ask `serve` to end; it goes on ending when this returns. For the loop's thread."""
        self.stopping = True
        self._stop_asked.set()

    async def _finish(self) -> None:
        """Let idle connections go at once, and the others when they have their response."""
        for connection in list(self._connections):
            connection.connection.keep_alive = False
            if not connection.busy:
                connection.go_on()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.limits.drain_time):
                while self._connections:
                    self._empty.clear()
                    await self._empty.wait()
        for connection in list(self._connections):
            connection.transport.abort()
        # Each of them is told of its end in a turn of the loop.
        await asyncio.sleep(0)

    def take(self, connection: HTTPProtocol) -> bool:
        """A connection has come; whether there is a place for it."""
        self._connections.add(connection)
        return len(self._connections) <= self.limits.clients

    def leave(self, connection: HTTPProtocol) -> None:
        """A connection has gone."""
        self._connections.discard(connection)
        if not self._connections:
            self._empty.set()


# --8<-- [end:HTTPServer]
