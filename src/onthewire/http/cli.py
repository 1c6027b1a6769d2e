"""Serve an application over HTTP/1.1; without one, a demonstration.

The demonstration answers GET / with a greeting and POST /echo with the content that came.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import logging
import multiprocessing
import os
import signal
import socket
import ssl
import sys
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from onthewire.http.aio import SimpleProtocol
from onthewire.http.asgi import ASGIProtocol, Lifespan
from onthewire.http.events import RequestHead
from onthewire.http.files import Files
from onthewire.http.limits import Limits
from onthewire.http.server import HTTPBase, HTTPServer
from onthewire.http.simple import Request, Response, Router
from onthewire.http.threaded import HTTPThreadServer
from onthewire.http.wsgi import wsgi
from onthewire.serving import Limits as ServingLimits
from onthewire.serving import ProcessServer, Server

INTERFACES = {1: "simple", 2: "wsgi", 3: "asgi"}
"""By the number of arguments that an application takes."""

GREETING = Response("Hello from the wire.\n")


def demonstration() -> Router:
    """GET and HEAD ``/``, POST ``/echo``."""
    router = Router()

    @router.route("GET", "/")
    def greet(_: Request) -> Response:
        return GREETING

    @router.route("POST", "/echo")
    def echo(request: Request) -> Response:
        kind = request.get("content-type") or "application/octet-stream"
        return Response(request.content, content_type=kind)

    return router


def parser() -> argparse.ArgumentParser:
    """What the command line understands."""
    found = argparse.ArgumentParser(prog="python -m onthewire.http", description=__doc__)
    add = found.add_argument
    add("application", nargs="?", metavar="MODULE:APP", help="where it is; none: a demonstration")
    add("--interface", choices=["auto", *INTERFACES.values()], default="auto")
    add("--host", default="127.0.0.1", help="address to listen at (%(default)s)")
    add("--port", type=int, default=8000, help="0: the system chooses (%(default)s)")
    add(
        "--uds", type=Path, metavar="PATH", help="listen at a Unix socket in place of host and port"
    )
    add("--workers", type=int, default=1, metavar="N", help="processes that serve (%(default)s)")
    add("--directory", type=Path, metavar="DIR", help="serve its files below /files/")
    add("--certfile", type=Path, metavar="F", help="certificates for https; SIGHUP reads them anew")
    add("--keyfile", type=Path, metavar="F", help="their private key")
    add("--access-log", action="store_true", help="a line on stderr for each response")
    names = ", ".join(f"{name} {value}" for name, value in asdict(Limits()).items())
    add("--limit", action="append", default=[], metavar="NAME=VALUE", help=f"one of: {names}")
    return found


def limits_of(given: list[str]) -> Limits:
    """The limits, some of them changed.

    Raises:
        ValueError: there is no such limit, or that is no number.
    """
    changes: dict[str, Any] = {}
    types = {name: type(value) for name, value in asdict(Limits()).items()}
    for each in given:
        name, _, value = each.partition("=")
        if name not in types:
            raise ValueError(f"there is no limit {name!r}")
        changes[name] = types[name](value)
    return replace(Limits(), **changes)


def application_of(options: argparse.Namespace) -> tuple[Any, str]:
    """The application and its interface.

    Raises:
        ImportError, AttributeError, TypeError, ValueError: there is none of a known interface.
    """
    app: Any = demonstration()
    if options.application:
        name, _, attribute = options.application.partition(":")
        sys.path.insert(0, str(Path.cwd()))
        app = importlib.import_module(name)
        for part in (attribute or "app").split("."):
            app = getattr(app, part)
    interface = options.interface
    if interface == "auto":
        required = [
            each
            for each in inspect.signature(app).parameters.values()
            if each.kind <= each.POSITIONAL_OR_KEYWORD and each.default is each.empty
        ]
        if len(required) not in INTERFACES:
            raise ValueError("the application's interface is unknown; name it by --interface")
        interface = INTERFACES[len(required)]
    if options.directory:
        if not isinstance(app, Router):
            raise ValueError("--directory goes with a Router, or without an application")
        app.mount("/files/", Files(options.directory, "/files/"))
    return app, interface


def listener_of(options: argparse.Namespace) -> socket.socket:
    """The listening socket.

    Raises:
        OSError: the address cannot be had.
    """
    if not options.uds:
        family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
        return socket.create_server((options.host, options.port), family=family, backlog=512)
    if options.uds.is_socket():
        options.uds.unlink()  # A server that was killed has left it.
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(options.uds))
    listener.listen(512)
    return listener


def tls_of(options: argparse.Namespace) -> ssl.SSLContext | None:
    """A context for https, whose certificates SIGHUP reads again; None for http."""
    if options.certfile is None:
        return None

    def loaded(context: ssl.SSLContext) -> ssl.SSLContext:
        context.load_cert_chain(options.certfile, options.keyfile)
        return context

    context = loaded(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])

    def again(*_: object) -> None:
        try:
            # In another one first: one that failed to load them half-way could serve no more.
            loaded(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
            loaded(context)
        except OSError as error:
            print(f"the certificates stay as they are: {error}", file=sys.stderr)

    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, again)
    return context


def log_access(client: str, head: RequestHead | None, status: int) -> None:
    """One line for each response; what a client sent is shown in ASCII alone."""
    asked = f"{head.method} {head.target.decode('ascii', 'replace')}" if head else "-"
    print(f"{client or '-'} {asked!a} {status}", file=sys.stderr)


def server_of(
    _: None, *, limits: ServingLimits, listener: socket.socket, options: argparse.Namespace
) -> HTTPBase:
    """A server in this process, which SIGTERM stops.

    Args:
        limits: of which the number of clients counts, this process's share.
        listener: the listening socket.
        options: of the command line.
    """
    app, interface = application_of(options)
    shared: dict[str, Any] = {
        "http_limits": replace(limits_of(options.limit), clients=limits.clients),
        "tls": tls_of(options),
        "access": log_access if options.access_log else None,
        "listener": listener,
    }
    server: HTTPBase
    if interface == "wsgi":
        server = HTTPThreadServer(wsgi(app), **shared)
    elif interface == "asgi":
        lifespan = Lifespan(app)
        state = lifespan.state
        server = HTTPServer(lambda it: ASGIProtocol(it, app, state), lifespan=lifespan, **shared)
    else:
        server = HTTPServer(lambda it: SimpleProtocol(it, app), **shared)
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    return server


def pass_on(number: int, _: object) -> None:
    """Tell the workers about a signal."""
    for process in multiprocessing.active_children():
        if process.pid is not None:
            os.kill(process.pid, number)


def server_of_workers(options: argparse.Namespace, listener: socket.socket) -> Server:
    """A server in several processes, which SIGTERM stops."""
    limits = limits_of(options.limit)
    server = ProcessServer(
        None,
        limits=ServingLimits(clients=limits.clients, drain_time=limits.drain_time),
        listener=listener,
        processes=options.workers,
        design=partial(server_of, options=options),
    )
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, pass_on)
    return server


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code."""
    logging.basicConfig(format="%(message)s")
    found = parser()
    options = found.parse_args(arguments)
    try:
        application_of(options)
        limits = limits_of(options.limit)
        listener = listener_of(options)
    except (ImportError, AttributeError, TypeError, ValueError, OSError) as error:
        found.exit(2, f"{found.prog}: {error}\n")
    try:
        if options.workers > 1:
            server = server_of_workers(options, listener)
        else:
            clients = ServingLimits(clients=limits.clients)
            server = server_of(None, limits=clients, listener=listener, options=options)
        with server:
            server.prepare()
            where = [options.uds] if options.uds else listener.getsockname()[:2]
            print("LISTENING", *where, flush=True)
            server.serve()
    except KeyboardInterrupt:
        pass  # Everything has been ended on its way here.
    except (OSError, RuntimeError) as error:
        found.exit(1, f"{found.prog}: {error}\n")
    finally:
        listener.close()
        if options.uds:
            options.uds.unlink(missing_ok=True)
    print("STOPPED", flush=True)
    return 0
