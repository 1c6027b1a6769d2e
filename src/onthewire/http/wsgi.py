"""WSGI (PEP 3333): applications such as Flask and Django, on the server with threads.

Content is read piece by piece while the application asks for it; what it returns is sent piece by
piece too, framed by its Content-Length or by chunks.

Left out: ``wsgi.file_wrapper``, which is optional, and the ``write`` callable's mixture with a
returned iterable beyond what the PEP asks: both are sent in order.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any

from onthewire.http.events import Fields, LocalError
from onthewire.http.server import of_application
from onthewire.http.simple import decoded
from onthewire.http.threaded import Exchange, Handler

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | None
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Content(io.RawIOBase):
    """The content of a request as the stream ``wsgi.input``."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = self._exchange.read()
        octets = self._rest[: len(buffer)]
        buffer[: len(octets)] = octets
        self._rest = self._rest[len(octets) :]
        return len(octets)


def environ_of(exchange: Exchange) -> dict[str, Any]:
    """The environment of a request (PEP 3333, "environ Variables").

    Strings hold octets as characters of ISO-8859-1, as the PEP has it. A field whose name has an
    underscore is left out: it would look like one with a hyphen. So is Proxy, which would look
    like the variable HTTP_PROXY, by which programs are told where to send their requests.
    """
    head = exchange.head
    here = exchange.sock.getsockname()
    host, port = here[:2] if isinstance(here, tuple) else ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": head.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": decoded(head.path).encode().decode("latin-1"),
        "QUERY_STRING": head.query.decode("latin-1"),
        "SERVER_NAME": str(host),
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/1.{head.minor}",
        "REMOTE_ADDR": exchange.client,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https" if exchange.secure else "http",
        "wsgi.input": io.BufferedReader(Content(exchange)),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in head.fields:
        if b"_" in name or name == b"proxy":
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        text = value.decode("latin-1")
        between = "; " if key == "HTTP_COOKIE" else ", "
        environ[key] = f"{environ[key]}{between}{text}" if key in environ else text
    return environ


class Answer:
    """What an application says by ``start_response`` and ``write``, until it can be sent."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._status = 0
        self._fields: Fields = ()
        self._begun = False
        self.sent = False

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo = None
    ) -> Callable[[bytes], None]:
        """`start_response`; may be called again only to tell about an error."""
        if exc_info is not None:
            if self.sent:
                raise exc_info[1].with_traceback(exc_info[2])
        elif self._status:
            raise LocalError("start_response was called twice")
        self._status = int(status[:3])
        self._fields, close = of_application(
            self._status,
            tuple((name.lower().encode("latin-1"), v.encode("latin-1")) for name, v in headers),
        )
        if close:
            self._exchange.connection.keep_alive = False
        return self.write

    def write(self, octets: bytes) -> None:
        """Send some content, the head before it."""
        if octets:
            self._begin()
            self._exchange.write(octets)
            self.sent = True

    def length(self, octets: int) -> None:
        """So much content will come, and nothing of it has been sent."""
        # For HEAD an application may leave the content out; then its length is not known.
        if self._status in (204, 304) or (octets == 0 and self._exchange.head.method == "HEAD"):
            return
        length = (b"content-length", b"%d" % octets)
        told = [field for field in self._fields if field[0] == b"content-length"]
        if not told:
            self._fields = (*self._fields, length)
        elif told != [length]:
            raise LocalError(f"{octets} octets of content have another Content-Length")

    def end(self) -> None:
        """All of it has come."""
        self._begin()
        self._exchange.end()

    def _begin(self) -> None:
        if not self._status:
            raise LocalError("content before start_response")
        if not self._begun:
            self._begun = True
            self._exchange.respond(self._status, self._fields)


# --8<-- [start:wsgi]
def wsgi(application: Application) -> Handler:
    """The handler for a WSGI application."""

    def handle(exchange: Exchange) -> None:
        answer = Answer(exchange)
        pieces = application(environ_of(exchange), answer.start)
        try:
            if isinstance(pieces, (list, tuple)) and not answer.sent:
                # All of it is there, so its length can be told (PEP 3333, "Handling the
                # Content-Length Header").
                answer.length(sum(map(len, pieces)))
            for octets in pieces:
                answer.write(octets)
            answer.end()
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()

    return handle


# --8<-- [end:wsgi]
