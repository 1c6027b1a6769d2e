# ruff: noqa: ARG001
"""ASGI and WSGI applications: wrong ones, slow ones, and frameworks beside other servers."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from contextlib import contextmanager

import fastapi
import flask
import httpx
import pytest
import uvicorn
import waitress.server

from onthewire.http.limits import Limits
from onthewire.http.simple import Response
from tests.http.serving import CLOSE, GET, PATIENCE, connected, get, made, one, rest, serving, talk

POST = b"POST / HTTP/1.1\r\nHost: a\r\n"
EXPECT = POST + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"

# What a wrong application does, as ASGI and as WSGI: status, fields, content in pieces, error.
WRONG = {
    "a field with CR LF": (200, [("x", "a\r\ny: b")], [b"a"], None),
    "a field with LF": (200, [("x", "a\ny: b")], [b"a"], None),
    "a name with CR LF": (200, [("x\r\ny", "b")], [b"a"], None),
    "a name with a blank": (200, [("x y", "b")], [b"a"], None),
    "more than its length": (200, [("content-length", "1")], [b"abc"], None),
    "less than its length": (200, [("content-length", "9")], [b"abc"], None),
    "two lengths": (200, [("content-length", "3")] * 2, [b"abc"], None),
    "a length that is none": (200, [("content-length", "x")], [b"abc"], None),
    "a status below 200": (100, [], [b"abc"], None),
    "text": (200, [], ["abc"], None),
    "an error": (200, [], [b"abc"], ValueError("no")),
    "an OSError": (200, [], [b"abc"], FileNotFoundError("no")),
    "nothing": (None, [], [], None),
}


def asgi_of(status, fields, pieces, error):
    async def app(scope, receive, send):
        if scope["type"] == "http":
            if scope["path"] == "/good":
                status_, fields_, pieces_ = 200, [], [b"good"]
            elif error is not None:
                raise error
            else:
                status_, fields_, pieces_ = status, fields, pieces
            if status_ is None:
                return
            headers = [(name.encode(), value.encode()) for name, value in fields_]
            await send({"type": "http.response.start", "status": status_, "headers": headers})
            await send(
                {
                    "type": "http.response.body",
                    "body": b"".join(pieces_) if pieces_ != ["abc"] else "abc",
                }
            )

    return app


def wsgi_of(status, fields, pieces, error):
    def app(environ, start_response):
        if environ["PATH_INFO"] == "/good":
            start_response("200 OK", [])
            return [b"good"]
        if error is not None:
            raise error
        if status is not None:
            start_response(f"{status} X", fields)
        return pieces

    return app


@pytest.mark.parametrize("kind", ["asgi", "wsgi"])
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_application_gives_500_and_the_connection_goes_on(kind, wrong, caplog):
    app = (asgi_of if kind == "asgi" else wsgi_of)(*WRONG[wrong])
    with serving(kind, app) as server:
        octets = talk(server, GET + b"GET /good HTTP/1.1\r\nHost: a\r\n\r\n")
    first, second = octets.split(b"HTTP/1.1 ")[1:]
    assert (first[:3], second[:3]) == (b"500", b"200")
    assert second.endswith(b"good") or b"4\r\ngood" in second
    assert b"y: b" not in octets
    assert [each for each in caplog.records if each.levelno >= logging.ERROR]


def broken_off(kind):
    """An application that fails after it has sent something."""

    async def asgi(scope, receive, send):
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200})
            await send({"type": "http.response.body", "body": b"abc", "more_body": True})
            await send({"type": "http.response.body", "body": b"abc", "more_body": True})
            raise ValueError("no more")

    def wsgi(environ, start_response):
        start_response("200 OK", [])
        yield b"abc"
        yield b"abc"
        raise ValueError("no more")

    return asgi if kind == "asgi" else wsgi


@pytest.mark.parametrize("kind", ["asgi", "wsgi"])
@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_a_response_that_is_cut_does_not_look_complete(kind, version):
    with serving(kind, broken_off(kind)) as server, connected(server) as sock:
        sock.sendall(b"GET / HTTP/%b\r\nHost: a\r\n\r\n" % version)
        if version == b"1.1":
            assert not rest(sock).endswith(b"0\r\n\r\n")
        else:
            with pytest.raises(ConnectionResetError):
                while sock.recv(1000):
                    pass


def never_reads(kind):
    async def asgi(scope, receive, send):
        if scope["type"] == "http":
            await send(
                {
                    "type": "http.response.start",
                    "status": 403,
                    "headers": [(b"content-length", b"2")],
                }
            )
            await send({"type": "http.response.body", "body": b"no"})
            assert (await receive())["type"] == "http.disconnect"

    def wsgi(environ, start_response):
        start_response("403 X", [])
        return [b"no"]

    return asgi if kind == "asgi" else wsgi


@pytest.mark.parametrize("kind", ["asgi", "wsgi"])
@pytest.mark.parametrize(
    "early", [EXPECT, POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"]
)
def test_an_application_that_never_reads(kind, early):
    with serving(kind, never_reads(kind)) as server:
        status, fields, content = one(talk(server, early, end=False), b"POST")
        assert (status, content, fields[b"connection"]) == (403, b"no", b"close")
        # Little of a known length is read, and the connection goes on.
        octets = talk(server, POST + b"Content-Length: 18\r\n\r\n" + GET[:18] + CLOSE, end=False)
        assert octets.count(b"HTTP/1.1 403 ") == 2


def echo(kind):
    async def asgi(scope, receive, send):
        if scope["type"] == "http":
            content, more = b"", True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return
                content += message["body"]
                more = message["more_body"]
            await send({"type": "http.response.start", "status": 200})
            for at in range(0, len(content), 50_000):
                piece = content[at : at + 50_000]
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body"})

    def wsgi(environ, start_response):
        content = environ["wsgi.input"].read()
        start_response("200 OK", [])
        for at in range(0, len(content), 50_000):
            yield content[at : at + 50_000]

    return asgi if kind == "asgi" else wsgi


@pytest.mark.parametrize("kind", ["asgi", "wsgi"])
def test_much_content_both_ways(kind):
    content = bytes(range(256)) * 12_000
    with serving(kind, echo(kind)) as server:
        octets = talk(server, POST + b"Content-Length: %d\r\n\r\n" % len(content) + content)
        assert one(octets, b"POST")[2] == content
        chunks = b"".join(
            b"%x\r\n%b\r\n" % (999, content[at : at + 999]) for at in range(0, 99_900, 999)
        )
        octets = talk(server, POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
        assert one(octets, b"POST")[2] == content[:99_900]
        octets = talk(server, EXPECT + b"hello")
        assert octets.startswith(b"HTTP/1.1 100 ")
        assert one(octets, b"POST")[2] == b"hello"
        assert one(talk(server, b"GET / HTTP/1.0\r\n\r\n"))[0] == 200


@pytest.mark.parametrize("kind", ["asgi", "wsgi"])
def test_a_client_that_leaves_in_its_content(kind):
    with serving(kind, echo(kind)) as server:
        octets = talk(server, POST + b"Content-Length: 9\r\n\r\nab")
        assert one(octets, b"POST")[0] == 400
        connected(server, POST + b"Content-Length: 9\r\n\r\nab").close()
        assert one(talk(server, POST + b"Content-Length: 2\r\n\r\nab"), b"POST")[0] == 200


def test_a_client_that_leaves_is_told_to_who_waits_for_it():
    """Also while another part of the application waits for the client to take its response."""
    told = threading.Event()

    async def app(scope, receive, send):
        if scope["type"] != "http":
            return
        await receive()

        async def listens():
            assert (await receive())["type"] == "http.disconnect"
            told.set()

        listening = asyncio.create_task(listens())
        await send({"type": "http.response.start", "status": 200})
        with pytest.raises(OSError):
            while True:
                await send({"type": "http.response.body", "body": b"a" * 65_536, "more_body": True})
        await listening

    with serving("asgi", app) as server:
        with connected(server, GET, SO_RCVBUF=4096) as sock:
            assert sock.recv(10)
        assert told.wait(PATIENCE)


def test_an_application_that_takes_its_time_does_not_cost_the_client():
    """Its pauses are not the client's: the deadline of the content counts waiting alone."""

    async def asgi(scope, receive, send):
        if scope["type"] == "http":
            more = True
            while more:
                more = (await receive())["more_body"]
                await asyncio.sleep(0.03)
            await send({"type": "http.response.start", "status": 200})
            await send({"type": "http.response.body"})

    def wsgi(environ, start_response):
        while environ["wsgi.input"].read(200_000):
            threading.Event().wait(0.03)
        start_response("200 OK", [])
        return []

    limits = Limits(body_time=0.1, body_rate=1e9)
    for kind, app in ("asgi", asgi), ("wsgi", wsgi):
        with serving(kind, app, limits) as server:
            sent = POST + b"Connection: close\r\nContent-Length: 1000000\r\n\r\n"
            octets = talk(server, sent + b"a" * 1_000_000, end=False)
            assert octets.startswith(b"HTTP/1.1 200 ")


def test_small_pieces_leave_at_once():
    """Otherwise each would wait for the acknowledgement of the one before, 40 ms on Linux."""
    with serving("asgi", echo("asgi")) as server, connected(server, GET) as sock:
        assert sock.recv(100)
        [connection] = server._connections
        ours = connection.transport.get_extra_info("socket")
        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


# The lifespan.


def with_lifespan(fails: str, seen: list):
    async def app(scope, receive, send):
        if scope["type"] == "http":
            seen.append(dict(scope["state"]))
            await send({"type": "http.response.start", "status": 204})
            await send({"type": "http.response.body"})
            return
        for _ in range(2):
            what = (await receive())["type"]
            seen.append(what)
            scope["state"]["x"] = 1
            if what.endswith(fails):
                if fails == "startup":
                    await send({"type": f"{what}.failed", "message": "no database"})
                    return
                raise ValueError(what)
            await send({"type": f"{what}.complete"})

    return app


def test_lifespan():
    seen = []
    with serving("asgi", with_lifespan("-", seen)) as server:
        assert get(server)[0] == 204
    assert seen == ["lifespan.startup", {"x": 1}, "lifespan.shutdown"]


def test_lifespan_that_fails_at_the_start():
    with made("asgi", with_lifespan("startup", [])) as server:
        with pytest.raises(RuntimeError, match="no database"):
            server.serve()


def test_lifespan_that_raises():
    with serving("asgi", with_lifespan("shutdown", [])) as server:
        assert get(server)[0] == 204


def test_what_an_application_is_told():
    scopes = []

    async def app(scope, receive, send):
        if scope["type"] == "http":
            scopes.append(scope)
            await send(
                {
                    "type": "http.response.start",
                    "status": 204,
                    "headers": [(b"content-length", b"0")],
                }
            )
            await send({"type": "http.response.body"})

    with serving("asgi", app) as server:
        octets = talk(server, b"GET http://b/a%20b%2F?c=%20 HTTP/1.1\r\nHost: a\r\nX-Y: z\r\n\r\n")
        assert octets.startswith(b"HTTP/1.1 204 ")
    [scope] = scopes
    assert (scope["path"], scope["raw_path"], scope["query_string"]) == (
        "/a b/",
        b"/a%20b%2F",
        b"c=%20",
    )
    assert scope["headers"] == [(b"host", b"b"), (b"x-y", b"z")]
    assert (scope["client"][0], scope["server"]) == ("127.0.0.1", server.address)


def test_the_environment():
    found = {}

    def app(environ, start_response):
        found.update(environ)
        start_response("204 No Content", [("Content-Length", "0"), ("Connection", "close")])
        return []

    sent = b"POST /\xc3 HTTP/1.1\r\n".replace(b"\xc3", b"%C3%A9") + (
        b"Host: a\r\nProxy: evil\r\nX_Y: 1\r\nX-Y: 2\r\nX-Y: 3\r\nCookie: a=1\r\nCookie: b=2\r\n"
        b"Content-Type: t\r\nContent-Length: 0\r\n\r\n"
    )
    with serving("wsgi", app) as server:
        octets = talk(server, sent)
    assert b"connection: close" in octets
    assert b"content-length" not in octets
    assert "HTTP_PROXY" not in found
    assert found["PATH_INFO"] == "/é".encode().decode("latin-1")
    assert (found["HTTP_X_Y"], found["HTTP_COOKIE"]) == ("2, 3", "a=1; b=2")
    assert (found["CONTENT_TYPE"], found["CONTENT_LENGTH"]) == ("t", "0")


# Frameworks, beside other servers.

flasks = flask.Flask("flasks")
fast = fastapi.FastAPI()


@flasks.route("/notes/<int:number>")
def flask_note(number):
    return {"number": number, "q": flask.request.args.get("q")}


@flasks.post("/notes")
def flask_add():
    return flask.request.get_json(), 201, {"Location": "/notes/1"}


@flasks.get("/stream")
def flask_stream():
    return flask.Response((f"{n}\n" for n in range(5)), mimetype="text/plain")


@flasks.get("/fail")
def flask_fail():
    raise ValueError("no")


@flasks.get("/empty")
def flask_empty():
    return "", 204


@fast.get("/notes/{number}")
async def fast_note(number: int, q: str | None = None):
    return {"number": number, "q": q}


@fast.post("/notes", status_code=201)
async def fast_add(note: dict, response: fastapi.Response):
    response.headers["Location"] = "/notes/1"
    return note


@fast.get("/stream")
async def fast_stream():
    return fastapi.responses.StreamingResponse(
        (f"{n}\n" for n in range(5)), media_type="text/plain"
    )


@fast.get("/fail")
async def fast_fail():
    raise ValueError("no")


@fast.get("/empty", status_code=204)
async def fast_empty():
    return None


ASKED = [
    ("GET", "/notes/5?q=%C3%A9", None),
    ("HEAD", "/notes/5", None),
    ("GET", "/notes/x", None),
    ("POST", "/notes", b'{"a": "b"}'),
    ("POST", "/notes", b"no json"),
    ("GET", "/stream", None),
    ("GET", "/empty", None),
    ("GET", "/nothing", None),
    ("DELETE", "/notes", None),
    ("OPTIONS", "/notes", None),
    ("POST", "/notes", iter([b'{"a"', b': "c"}'])),
]


@contextmanager
def uvicorns(app):
    config = uvicorn.Config(app, log_level="critical", http="h11", loop="asyncio", ws="none")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            server.should_exit = True
            thread.join(PATIENCE)


@contextmanager
def waitresses(app):
    server = waitress.server.create_server(app, host="127.0.0.1", port=0, threads=1)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield "127.0.0.1", server.effective_port
    finally:
        server.trigger.pull_trigger(server.close)
        thread.join(PATIENCE)
        server.task_dispatcher.shutdown()


def answers(address):
    """What a client sees of each response, but for what a server adds."""
    found = []
    with httpx.Client(base_url="http://{}:{}".format(*address), trust_env=False) as client:
        for method, path, content in ASKED:
            if content is not None and not isinstance(content, bytes):
                content = iter([b'{"a"', b': "c"}'])
            fields = {"content-type": "application/json"} if content else {}
            response = client.request(method, path, content=content, headers=fields)
            names = ("content-type", "content-length", "location", "allow")
            seen = {name: response.headers.get(name) for name in names}
            if seen["allow"]:
                seen["allow"] = sorted(seen["allow"].split(", "))
            found.append((method, path, response.status_code, response.content, seen))
    return found


@pytest.mark.parametrize(
    ("kind", "app", "other"), [("asgi", fast, uvicorns), ("wsgi", flasks, waitresses)]
)
def test_a_framework_gives_the_same_answers_as_on_another_server(kind, app, other):
    with serving(kind, app) as server, other(app) as address:
        ours, theirs = answers(server.address), answers(address)
        assert ours == theirs
        assert get(server, CLOSE.replace(b" / ", b" /fail "))[0] == 500


def test_no_interface_lets_data_split_a_field():
    evil = "a\r\nset-cookie: b"
    apps = {
        "asyncio": lambda _: Response(fields=[("x", evil)]),
        "threads": lambda _: Response(fields=[("x", evil)]),
        "asgi": asgi_of(200, [("x", evil)], [b"a"], None),
        "wsgi": wsgi_of(200, [("x", evil)], [b"a"], None),
    }
    for kind, app in apps.items():
        with serving(kind, app) as server:
            status, fields, _ = get(server)
        assert status == 500
        assert b"set-cookie" not in fields
