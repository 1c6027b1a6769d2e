"""One server of the comparison, chosen by name: `python -m tests.bench.http_peers constant`.

Each answers GET with the same short text, and prints LISTENING with host and port when it does.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys

TEXT = b"Hello from the wire.\n"
KIND = b"text/plain; charset=utf-8"


async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        for what in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{what}.complete"})
        return
    length = b"%d" % len(TEXT)
    fields = [(b"content-type", KIND), (b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": TEXT})


def wsgi(_environ, start_response):
    length = str(len(TEXT))
    start_response("200 OK", [("Content-Type", KIND.decode()), ("Content-Length", length)])
    return [TEXT]


class Constant(asyncio.BufferedProtocol):
    """Answers whatever comes with the same octets, which it does not look at."""

    ROOM = memoryview(bytearray(65_536))
    ANSWER = (
        b"HTTP/1.1 200 OK\r\ndate: Sat, 21 Nov 2026 12:00:00 GMT\r\nserver: onthewire\r\n"
        b"content-type: %b\r\ncontent-length: %d\r\n\r\n%b" % (KIND, len(TEXT), TEXT)
    )

    def connection_made(self, transport):
        self.transport = transport

    def get_buffer(self, _):
        return self.ROOM

    def buffer_updated(self, _):
        self.transport.write(self.ANSWER)
        # Only for the run with a connection per request; no more parsing than that.
        if b"close" in self.ROOM[:300].tobytes():
            self.transport.close()


def listening():
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    announce(listener.getsockname()[1])
    # Found out anew, it is known to be of TCP; asyncio lets small writes leave at once only then.
    return socket.socket(fileno=listener.detach())


def announce(port):
    print("LISTENING 127.0.0.1", port, flush=True)


def constant():
    async def main():
        server = await asyncio.get_running_loop().create_server(Constant, sock=listening())
        await server.serve_forever()

    asyncio.run(main())


def command(*arguments):
    from onthewire.http.cli import main

    main(["--port", "0", *arguments])


def uvicorns():
    import uvicorn

    config = uvicorn.Config(asgi, log_level="critical", access_log=False)
    uvicorn.Server(config).run([listening()])


def waitresses():
    import waitress

    logging.getLogger("waitress").setLevel(logging.ERROR)  # It tells about each that has to wait.
    waitress.serve(wsgi, sockets=[listening()], _quiet=True)


def gunicorns():
    from gunicorn.app.base import BaseApplication

    class Gunicorn(BaseApplication):
        def load_config(self):
            self.cfg.set("bind", f"fd://{listening().detach()}")
            self.cfg.set("worker_class", "gthread")
            self.cfg.set("threads", 16)
            self.cfg.set("loglevel", "critical")

        def load(self):
            return wsgi

    Gunicorn().run()


def aiohttps():
    from aiohttp import web

    async def answer(_request):
        return web.Response(body=TEXT, headers={"content-type": KIND.decode()})

    app = web.Application()
    app.router.add_get("/{any:.*}", answer)
    web.run_app(app, sock=listening(), print=None, access_log=None)


PEERS = {
    "constant loop": (constant, None),
    "onthewire, simple": (command, None),
    "onthewire, ASGI": (lambda: command("tests.bench.http_peers:asgi"), None),
    "onthewire, WSGI": (lambda: command("tests.bench.http_peers:wsgi"), None),
    "uvicorn": (uvicorns, "uvicorn"),
    "waitress": (waitresses, "waitress"),
    "gunicorn": (gunicorns, "gunicorn"),
    "aiohttp": (aiohttps, "aiohttp"),
}
"""How each is run, and which package it needs."""

if __name__ == "__main__":
    PEERS[sys.argv[1]][0]()
