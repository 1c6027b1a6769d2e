"""Serve an application over HTTP/1.1; without one, a demonstration.

The demonstration answers GET / with a greeting and POST /echo with the content that came.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import inspect
import logging
import multiprocessing
import signal
import socket
import ssl
import sys
from dataclasses import asdict, replace
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from onthewire.http.aio import SimpleProtocol
from onthewire.http.asgi import ASGIProtocol, Lifespan
from onthewire.http.events import RequestHead
from onthewire.http.files import Files
from onthewire.http.limits import Limits
from onthewire.http.server import Access, HTTPServer
from onthewire.http.simple import Request, Response, Router
from onthewire.http.threaded import HTTPThreadServer
from onthewire.http.wsgi import wsgi

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
        ImportError, AttributeError, ValueError: there is none, or none of a known interface.
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
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(options.certfile, options.keyfile)
    if hasattr(signal, "SIGHUP"):

        def again(*_: object) -> None:
            try:
                context.load_cert_chain(options.certfile, options.keyfile)
            except (OSError, ssl.SSLError) as error:
                print(f"the certificates stay as they are: {error}", file=sys.stderr)

        signal.signal(signal.SIGHUP, again)
    return context


def log_access(client: str, head: RequestHead | None, status: int) -> None:
    """One line for each response; what a client sent is shown in ASCII alone."""
    asked = f"{head.method} {head.target.decode('ascii', 'replace')}" if head else "-"
    print(f"{client or '-'} {asked!a} {status}", file=sys.stderr)


def serve(options: argparse.Namespace, listener: socket.socket, pipe: Any = None) -> None:
    """Serve in this process until a signal comes.

    Args:
        options: of the command line.
        listener: the listening socket.
        pipe: tells the first process that this one serves; None where this is the only one.
    """
    app, interface = application_of(options)
    limits, tls = limits_of(options.limit), tls_of(options)
    access: Access | None = log_access if options.access_log else None

    def ready() -> None:
        if pipe is None:
            announce(options, listener)
        else:
            pipe.send(True)

    if interface == "wsgi":
        threads = HTTPThreadServer(
            wsgi(app), http_limits=limits, listener=listener, tls=tls, access=access
        )
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: threads.stop())
        ready()
        threads.serve()
        return

    async def run() -> None:
        lifespan = Lifespan(app) if interface == "asgi" else None
        if lifespan is not None:
            await lifespan.start()
        state = lifespan.state if lifespan else {}
        server = HTTPServer(
            lambda owner: (
                ASGIProtocol(owner, app, state)
                if interface == "asgi"
                else SimpleProtocol(owner, app)
            ),
            limits,
            tls=tls,
            access=access,
        )
        try:
            await server.serve(listener, ready)
        finally:
            if lifespan is not None:
                await lifespan.stop()

    asyncio.run(run())


def announce(options: argparse.Namespace, listener: socket.socket) -> None:
    """Say where connections are accepted."""
    where = [options.uds] if options.uds else listener.getsockname()[:2]
    print("LISTENING", *where, flush=True)


def serve_in_workers(options: argparse.Namespace, listener: socket.socket) -> None:
    """Serve in several processes at one listening socket; one that ends is replaced."""
    context = multiprocessing.get_context("spawn")
    stopping = False
    workers: list[SpawnProcess] = []

    def start() -> SpawnProcess:
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(options, listener, theirs))
        process.start()
        theirs.close()
        with ours:
            try:
                ours.recv()
            except EOFError:
                raise RuntimeError("a worker ended before it served") from None
        return process

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True
        for process in workers:
            process.terminate()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        while len(workers) < options.workers and not stopping:
            workers.append(start())
        announce(options, listener)
        while not stopping:
            wait([process.sentinel for process in workers], 0.5)
            for at, process in enumerate(workers):
                if not stopping and not process.is_alive():
                    print(f"a worker ended ({process.exitcode}); replaced", file=sys.stderr)
                    workers[at] = start()
    finally:
        stop()
        for process in workers:
            process.join()


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code."""
    logging.basicConfig(format="%(message)s")
    found = parser()
    options = found.parse_args(arguments)
    try:
        application_of(options)
        limits_of(options.limit)
        listener = listener_of(options)
    except (ImportError, AttributeError, ValueError, OSError) as error:
        found.exit(2, f"{found.prog}: {error}\n")
    try:
        with listener:
            (serve_in_workers if options.workers > 1 else serve)(options, listener)
    except KeyboardInterrupt:
        pass  # Where signals cannot be handled; everything has been ended on its way here.
    except (OSError, RuntimeError) as error:
        found.exit(1, f"{found.prog}: {error}\n")
    finally:
        if options.uds:
            options.uds.unlink(missing_ok=True)
    print("STOPPED", flush=True)
    return 0
