"""ASGI 3: applications such as FastAPI and Starlette, on the asyncio server.

Implements the scopes ``http`` and ``lifespan`` of the specification, content in pieces in both
directions with back-pressure, and trailers of requests as nothing: ASGI has no place for them.

Left out: the scope ``websocket``, and the extensions.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

from onthewire.http.aio import HTTPProtocol
from onthewire.http.connection import DONE, IDLE
from onthewire.http.events import Fields, HTTPError, LocalError, RequestHead
from onthewire.http.server import HTTPServer, log
from onthewire.http.simple import Response, decoded

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

VERSION = {"version": "3.0", "spec_version": "2.4"}

OURS = frozenset((b"connection", b"transfer-encoding", b"keep-alive"))
"""Fields of a response that are between us and the client, whatever an application says."""

QUEUED = 65_536
"""Octets of content held for an application before the client is not read from any more."""


# --8<-- [start:ASGIProtocol]
class ASGIProtocol(HTTPProtocol):
    """A connection whose requests are answered by an ASGI application.

    Args:
        server: where it belongs.
        application: the application.
        state: what the application put into its lifespan's state.
    """

    def __init__(
        self, server: HTTPServer, application: Application, state: dict[str, Any] | None = None
    ) -> None:
        super().__init__(server)
        self._application = application
        self._state = state
        self._exchange: Exchange | None = None

    def begin(self, head: RequestHead) -> None:
        path = decoded(head.path)
        scope: Scope = {
            "type": "http",
            "asgi": VERSION,
            "http_version": "1.1" if head.minor else "1.0",
            "method": head.method,
            "scheme": "http" if self.server.tls is None else "https",
            "path": path,
            "raw_path": head.path,
            "query_string": head.query,
            "root_path": "",
            "headers": list(head.fields),
            "client": self.transport.get_extra_info("peername"),
            "server": self.transport.get_extra_info("sockname"),
        }
        if self._state is not None:
            scope["state"] = self._state.copy()
        exchange = self._exchange = Exchange(self)
        exchange.run(self._application(scope, exchange.receive, exchange.send))

    def content(self, octets: bytes) -> None:
        if self._exchange is not None:
            self._exchange.queue(octets)

    def complete(self) -> None:
        if self._exchange is not None:
            self._exchange.ended()
        self.busy = self.connection.ours is not IDLE or self.connection.theirs is DONE

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._exchange is not None:
            self._exchange.wake()

    def gone(self) -> None:
        if self._exchange is not None:
            self._exchange.over()

    def refuse(self, error: HTTPError) -> None:
        if self._exchange is not None:
            self._exchange.over()
        super().refuse(error)


# --8<-- [end:ASGIProtocol]
class Exchange:
    """One request and its response, as an application sees them."""

    def __init__(self, protocol: ASGIProtocol) -> None:
        self._protocol = protocol
        self._connection = protocol.connection
        self._queue: deque[bytes] = deque()
        self._queued = 0
        self._ended = False
        self._told_end = False
        self._over = False
        self._done = False
        self._start: Message | None = None
        self._changed: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None]

    def run(self, application: Awaitable[None]) -> None:
        """Let the application begin."""
        self._task = self._protocol.server.loop.create_task(self._run(application))

    async def _run(self, application: Awaitable[None]) -> None:
        error: Exception | None = None
        try:
            await application
        except Exception as raised:
            error = raised
        if self._over or self._done:
            if error is not None:
                log.error("an application failed after its response", exc_info=error)
            return
        if error is None:
            error = LocalError("the application ended before its response was complete")
        log.error("an application failed", exc_info=error)
        if self._connection.ours is IDLE:
            self._whole(Response.of(HTTPError(500, "the application failed")))
        else:
            # A response that is cut must not look complete.
            self._protocol.transport.abort()

    def _whole(self, response: Response) -> None:
        self._finished()
        self._protocol.whole(response.status, response.fields, response.content)
        self._protocol.go_on()

    # What comes.

    def queue(self, octets: bytes) -> None:
        """Some content has come."""
        self._queue.append(octets)
        self._queued += len(octets)
        if self._queued > QUEUED:
            self._protocol.busy = True
            self._protocol.hold()
        self.wake()

    def ended(self) -> None:
        """The content is complete."""
        self._ended = True
        self.wake()

    def over(self) -> None:
        """Nobody is there any more."""
        self._over = True
        self.wake()

    def wake(self) -> None:
        """Let the application look again at what it waits for."""
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(None)

    async def _change(self) -> None:
        self._changed = self._protocol.server.loop.create_future()
        try:
            await self._changed
        finally:
            self._changed = None

    async def receive(self) -> Message:
        """The next piece of content, or the end of the client's interest."""
        if self._connection.waits_for_continue and not self._over:
            self._protocol.transport.write(self._connection.inform(100))
        while not (self._queue or (self._ended and not self._told_end)):
            if self._over or self._done:
                return {"type": "http.disconnect"}
            await self._change()
        octets = b"".join(self._queue)
        self._queue.clear()
        self._queued = 0
        if self._ended:
            self._told_end = True
        elif self._protocol.busy:
            self._protocol.busy = False
            self._protocol.go_on()
        return {"type": "http.request", "body": octets, "more_body": not self._ended}

    # What goes.

    async def send(self, message: Message) -> None:
        """Take the next part of the response.

        Raises:
            LocalError: it cannot come now, or must not be sent.
        """
        if self._over:
            raise OSError("the client has gone")
        kind = message["type"]
        if self._start is None:
            if kind != "http.response.start":
                raise LocalError(f"{kind} before http.response.start")
            self._start = message
            return
        if kind != "http.response.body" or self._done:
            raise LocalError(f"{kind} when no content is expected")
        octets = message.get("body", b"")
        more = message.get("more_body", False)
        out = self._head() if self._connection.ours is IDLE else b""
        if octets:
            out += self._connection.data(octets)
        if not more:
            out += self._connection.end()
        self._protocol.transport.write(out)
        if not more:
            self._finished()
            self._protocol.sent()
            self._protocol.go_on()
            return
        while self._protocol.paused and not self._over:
            await self._change()

    def _head(self) -> bytes:
        """The head of the response; fields that are not the application's to set are left out."""
        assert self._start is not None
        status = self._start["status"]
        found = []
        theirs = False
        for name, value in self._start.get("headers", ()):
            lower = bytes(name).lower()
            if lower in OURS:
                if lower == b"connection" and bytes(value).lower() == b"close":
                    self._connection.keep_alive = False
            else:
                theirs = theirs or lower in (b"date", b"server")
                found.append((lower, bytes(value)))
        fields: Fields = tuple(found)
        common = self._protocol.server.common
        return self._connection.respond(
            status, fields, common.beside(fields) if theirs else common.octets()
        )

    def _finished(self) -> None:
        self._done = True
        self._protocol.busy = False
        self.wake()


# --8<-- [start:Lifespan]
class Lifespan:
    """The start and the end of an application, told to it (the scope ``lifespan``).

    Args:
        application: the application. One that does not know the scope raises, and is served
            without it.
    """

    def __init__(self, application: Application) -> None:
        self.state: dict[str, Any] = {}
        self._application = application
        self._to_it: asyncio.Queue[Message] = asyncio.Queue()
        self._from_it: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Let the application start.

        Raises:
            RuntimeError: it says that it cannot.
        """
        self._task = asyncio.create_task(self._run())
        await self._tell("startup")

    async def stop(self) -> None:
        """Let the application clean up."""
        if self._task is not None:
            await self._tell("shutdown")
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        scope: Scope = {"type": "lifespan", "asgi": VERSION, "state": self.state}
        try:
            await self._application(scope, self._to_it.get, self._from_it.put)
        except Exception as error:
            log.info("the application has no lifespan: %r", error)
        await self._from_it.put({"type": "ended"})

    async def _tell(self, what: str) -> None:
        assert self._task is not None
        if self._task.done():
            return
        await self._to_it.put({"type": f"lifespan.{what}"})
        answer = await self._from_it.get()
        if answer["type"] == f"lifespan.{what}.failed":
            raise RuntimeError(f"the application's {what} failed: {answer.get('message', '')}")


# --8<-- [end:Lifespan]
