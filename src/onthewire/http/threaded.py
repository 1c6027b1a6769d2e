"""The server with a thread for each connection, on the same core: for code that waits.

A handler gets an `Exchange`, reads content from it and writes a response to it, and may block: it
is in a thread of its own. The rules of time are those of `onthewire.http.aio`.

Left out: pipelined requests are answered one after the other; nothing is read ahead.
"""

from __future__ import annotations

import math
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress

from onthewire.http.connection import BODY, CLOSED, DONE, IDLE, ServerConnection
from onthewire.http.events import Closed, Data, End, Fields, HTTPError, LocalError, RequestHead
from onthewire.http.limits import Limits
from onthewire.http.server import Access, Common, log
from onthewire.http.simple import Application, Request, Response
from onthewire.serving import Limits as ServingLimits
from onthewire.serving import LineService
from onthewire.serving.server import send_at_once
from onthewire.serving.threads import ThreadServer


class Stopped(Exception):
    """The server is being stopped, and nothing is in flight on this connection."""


# --8<-- [start:Exchange]
class Exchange:
    """One connection as a thread sees it, and one request of it at a time.

    Attributes:
        head: what is asked for.
        client: address of the peer.
    """

    head: RequestHead

    def __init__(self, server: HTTPThreadServer, sock: socket.socket) -> None:
        self.server = server
        self.sock = sock
        self.limits = server.http_limits
        self.connection = ServerConnection(self.limits)
        peer = sock.getpeername()
        self.client = peer[0] if isinstance(peer, tuple) else ""
        self.secure = isinstance(sock, ssl.SSLSocket)
        self._began = 0.0
        self._content = 0

    def next_request(self) -> bool:
        """Wait for a request; whether there is one.

        Raises:
            HTTPError: what came is none, or it came too slowly.
            Stopped: the server is being stopped.
            OSError: the client is gone.
        """
        idle = time.monotonic() + self.limits.idle_time
        until = math.inf
        while True:
            event = self.connection.next_event()
            if type(event) is RequestHead:
                self.head = event
                self._began, self._content = time.monotonic(), 0
                return True
            if type(event) is Closed:
                return False
            if self.connection.buffered:
                if until == math.inf:
                    until = time.monotonic() + self.limits.head_time
                self._receive(until, f"no whole head within {self.limits.head_time:g} seconds")
            elif self.server.stopping or time.monotonic() >= idle:
                raise Stopped
            else:
                self._receive(time.monotonic() + self.server.tick, "")

    def read(self) -> bytes:
        """The next piece of content; nothing at its end.

        Raises:
            HTTPError: it is malformed, too large or too slow.
        """
        if self.connection.waits_for_continue:
            self._send(self.connection.inform(100))
        while self.connection.theirs is BODY:
            event = self.connection.next_event()
            if type(event) is Data:
                self._content += len(event.octets)
                return event.octets
            if type(event) is not End:
                allowed = self.limits.body_time + self._content / self.limits.body_rate
                self._receive(self._began + allowed, "the content came too slowly")
        return b""

    def whole(self, status: int, fields: Fields, content: bytes) -> None:
        """Send a whole response."""
        self._send(self.connection.whole(status, fields, content, self.server.common.octets()))

    def respond(self, status: int, fields: Fields) -> None:
        """Send the head of a response, fields that the server has otherwise being the caller's."""
        common = self.server.common.beside(fields)
        self._send(self.connection.respond(status, fields, common))

    def write(self, octets: bytes) -> None:
        """Send some content."""
        self._send(self.connection.data(octets))

    def end(self) -> None:
        """The response is complete."""
        self._send(self.connection.end())

    def drain(self) -> bool:
        """Read what is left of the request's content; whether another request may come."""
        unread = 0
        while self.connection.theirs is BODY and unread <= self.limits.unread:
            unread += len(self.read())
        return self.connection.theirs is IDLE and self.connection.ours is IDLE

    def _receive(self, until: float, late: str) -> None:
        """Take what comes; with words for being late, not coming is an error."""
        wait = until - time.monotonic()
        try:
            if wait <= 0:
                raise TimeoutError
            self.sock.settimeout(wait)
            self.connection.receive(self.sock.recv(65_536))
        except TimeoutError:
            if late:
                raise HTTPError(408, late) from None

    def _send(self, octets: bytes) -> None:
        rest = memoryview(octets)
        while rest:
            self.sock.settimeout(self.limits.send_time)
            rest = rest[self.sock.send(rest) :]


# --8<-- [end:Exchange]
Handler = Callable[[Exchange], None]


def simple(application: Application) -> Handler:
    """The handler for an application of the simple interface, one of plain functions."""

    def handle(exchange: Exchange) -> None:
        pieces = []
        while octets := exchange.read():
            pieces.append(octets)
        try:
            response = application(Request(exchange.head, b"".join(pieces), exchange.client))
            if not isinstance(response, Response):
                raise TypeError("a plain function has to return a Response")
        except HTTPError as error:
            response = Response.of(error)
        if response.pieces is None:
            exchange.whole(response.status, response.fields, response.content)
            return
        exchange.respond(response.status, response.fields)
        if exchange.head.method != "HEAD":
            for octets in response.pieces:
                exchange.write(octets)
        exchange.end()

    return handle


# --8<-- [start:HTTPThreadServer]
class HTTPThreadServer(ThreadServer):
    """Serves HTTP/1.1 in threads; `stop`, `close` and the arguments are those of its base.

    Args:
        handler: answers requests.
        http_limits: what clients may take.
        tls: for https; None for http.
        access: told about each response; None for nobody.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        http_limits: Limits | None = None,
        listener: socket.socket | None = None,
        tls: ssl.SSLContext | None = None,
        access: Access | None = None,
    ) -> None:
        self.http_limits = http_limits or Limits()
        self.common = Common()
        self._handler = handler
        self._tls = tls
        self._access = access
        limits = ServingLimits(
            clients=self.http_limits.clients, drain_time=self.http_limits.drain_time
        )
        super().__init__(
            lambda: LineService(str), host=host, port=port, limits=limits, listener=listener
        )

    @property
    def stopping(self) -> bool:
        """Whether `stop` has been called."""
        return self._stopping

    def _converse(self, sock: socket.socket, refused: bool) -> None:
        """The whole life of one connection."""
        send_at_once(sock)
        with suppress(OSError):  # The client has gone, or does not take what it asked for.
            if self._tls is not None:
                sock.settimeout(self.http_limits.head_time)
                sock = self._tls.wrap_socket(sock, server_side=True)
            with sock:
                self._exchanges(Exchange(self, sock), refused)
        sock.close()

    def _exchanges(self, exchange: Exchange, refused: bool) -> None:
        connection = exchange.connection
        try:
            if refused:
                raise HTTPError(503, "too many connections")
            while exchange.next_request():
                if self.stopping:
                    connection.keep_alive = False
                self._handle(exchange)
                if connection.ours is CLOSED or not exchange.drain():
                    break
        except HTTPError as error:
            if connection.ours is IDLE:
                connection.keep_alive = False
                response = Response.of(error)
                exchange.whole(response.status, response.fields, response.content)
        except Stopped:
            pass
        self._linger(exchange)

    def _handle(self, exchange: Exchange) -> None:
        connection = exchange.connection
        try:
            self._handler(exchange)
        except (HTTPError, OSError):
            raise
        except Exception:
            log.exception("an application failed")
            if connection.ours is not IDLE or connection.theirs is IDLE:
                raise ConnectionAbortedError from None  # What was sent must not look complete.
            connection.keep_alive = False
            raise HTTPError(500, "the application failed") from None
        if connection.ours is BODY or (connection.ours is IDLE and connection.theirs is DONE):
            raise LocalError("the handler did not complete its response")
        if self._access is not None:
            self._access(exchange.client, connection.request, connection.status)

    def _linger(self, exchange: Exchange) -> None:
        """End our direction, then wait for the client to end its own; see `HTTPProtocol.end`."""
        sock = exchange.sock
        if exchange.secure:
            return
        sock.shutdown(socket.SHUT_WR)
        until = time.monotonic() + self.http_limits.drain_time
        while (wait := min(until, self._cut_at) - time.monotonic()) > 0:
            sock.settimeout(min(self.tick, wait))
            with suppress(TimeoutError):
                if not sock.recv(65_536):
                    return


# --8<-- [end:HTTPThreadServer]
