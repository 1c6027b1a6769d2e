"""Servers in a thread of the test, and clients that talk to them octet by octet."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress

import h11

from onthewire.http.aio import SimpleProtocol
from onthewire.http.asgi import ASGIProtocol, Lifespan
from onthewire.http.limits import Limits
from onthewire.http.server import HTTPServer
from onthewire.http.threaded import HTTPThreadServer, simple
from onthewire.http.wsgi import wsgi

PATIENCE = 10.0
KINDS = ["asyncio", "threads"]
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
CLOSE = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def made(kind, app, limits=None, **more):
    """A server: asyncio, threads (both of the simple interface), asgi or wsgi."""
    more["http_limits"] = limits or Limits(drain_time=1.0)
    if kind == "asyncio":
        return HTTPServer(lambda owner: SimpleProtocol(owner, app), **more)
    if kind == "asgi":
        lifespan = Lifespan(app)
        return HTTPServer(
            lambda owner: ASGIProtocol(owner, app, lifespan.state), lifespan=lifespan, **more
        )
    server = HTTPThreadServer(simple(app) if kind == "threads" else wsgi(app), **more)
    server.tick = 0.02
    return server


@contextmanager
def running(server):
    """The server, serving in a thread, stopped and gone at the end."""
    with server:
        server.prepare()
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield server
        finally:
            server.stop()
            thread.join(PATIENCE)
            assert not thread.is_alive()


@contextmanager
def serving(kind, app, limits=None, **more):
    with running(made(kind, app, limits, **more)) as server:
        yield server


def connected(server, octets=b"", **options):
    """A connection to a server, on which something has been sent."""
    sock = socket.socket()
    for name, value in options.items():
        sock.setsockopt(socket.SOL_SOCKET, getattr(socket, name), value)
    try:
        sock.settimeout(PATIENCE)
        sock.connect(server.address)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(octets)
    except BaseException:
        sock.close()
        raise
    return sock


def rest(sock):
    """All that still comes, up to the end or a reset."""
    found = b""
    with suppress(ConnectionError):
        while octets := sock.recv(65_536):
            found += octets
    return found


def talk(server, octets, *, end=True):
    """All that comes in answer to some octets on a connection of its own."""
    with connected(server, octets) as sock:
        if end:
            with suppress(OSError):  # It may have been reset already.
                sock.shutdown(socket.SHUT_WR)
        return rest(sock)


def one(octets, method=b"GET"):
    """Status, fields and content of the one response that the octets are, read by h11."""
    reader = h11.Connection(h11.CLIENT)
    reader.send(h11.Request(method=method, target="/", headers=[("host", "a")]))
    reader.send(h11.EndOfMessage())
    reader.receive_data(octets)
    reader.receive_data(b"")
    content = b""
    head = None
    while True:
        event = reader.next_event()
        if isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            content += event.data
        elif isinstance(event, h11.EndOfMessage):
            assert reader.trailing_data[0] == b"", reader.trailing_data
            return head.status_code, dict(head.headers), content
        elif not isinstance(event, h11.InformationalResponse):
            raise AssertionError(event)


def get(server, octets=CLOSE):
    """One response to one request that asks for the end of the connection."""
    return one(talk(server, octets, end=False), octets.split(b" ")[0])


def drip(sock, octet=b"a", pause=0.01):
    """Send an octet now and then until something comes; what comes, up to the end."""
    sock.settimeout(pause)
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE:
        with suppress(TimeoutError, ConnectionError):
            sock.send(octet)
        try:
            found = sock.recv(65_536)
        except TimeoutError:
            continue
        except ConnectionError:
            return b""
        sock.settimeout(PATIENCE)
        return found + rest(sock)
    raise AssertionError("nothing came")


def until_gone(sock):
    """Send until the server has closed the connection altogether."""
    sock.settimeout(0.01)
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE:
        try:
            sock.send(b"x")
            sock.recv(65_536)
        except TimeoutError:
            continue
        except ConnectionError:
            return
        else:
            with suppress(TimeoutError):
                threading.Event().wait(0.005)
    raise AssertionError("the connection is still there")
