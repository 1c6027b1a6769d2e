"""Chapter 22: a full store, clients that are late or too many, servers that lie; the grammar."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import re
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.chapters.peers import free_port, peer, reset
from tests.chapters.programs import load, run

SPECIFICATION = Path(__file__).parents[2] / "docs" / "protocols" / "kv-spec.md"
CLIENT = "kv-protocol/kv_client.py"


# ---- the protocol -------------------------------------------------------------------------------


def replies_to(protocol: dict[str, Any], store: Any, octets: bytes) -> bytes:
    conversation = protocol["Conversation"](store)
    return b"".join([*conversation.feed(octets), conversation.end()])


def test_a_store_that_is_full_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    protocol = load(monkeypatch, "kv-protocol/kvproto.py")
    store = protocol["Store"]()
    for number in range(300):
        store.put(b"key-%d" % number, bytes(4096))
    assert len(store) == 255
    assert store.used <= protocol["STORE_LIMIT"]
    sent = b"KV 1\nSET new 4096\n%b\nSET key-1 0\n\nSET new 4090\n%b\nGET key-1\n"
    sent %= (bytes(4096), bytes(4090))
    assert replies_to(protocol, store, sent) == b"KV 1\nERR full\nOK\nOK\nVALUE 0\n\n"


def test_a_client_knows_a_reply_and_what_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    cut_reply = load(monkeypatch, "kv-protocol/kvproto.py")["cut_reply"]
    assert cut_reply(b"VALUE 2\na\n\nOK\n") == (b"VALUE 2", b"a\n", b"OK\n")
    for part in (b"", b"O", b"VALUE 2\n", b"VALUE 2\na\n"):
        assert cut_reply(part) is None
    for octets in (b"ok\n", b"VALUE 02\n", b"VALUE -1\n", b"x" * 129, b"VALUE 1\nab"):
        with pytest.raises(ValueError, match=r"no reply|without its line feed"):
            cut_reply(octets)


# ---- the server ---------------------------------------------------------------------------------


@contextlib.contextmanager
def serving(server: Any) -> Iterator[int]:
    """A `Server` of the chapter, in a thread; its port."""
    ready, port = threading.Event(), 0
    loop = asyncio.new_event_loop()
    end = loop.create_future()

    async def serve() -> None:
        nonlocal port
        listener = await asyncio.start_server(server.connected, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        ready.set()
        await end
        listener.close()
        while server.clients:
            await asyncio.sleep(0.001)

    def work() -> None:
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert ready.wait(10)
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(end.set_result, None)
        thread.join()


def said(port: int, octets: bytes, act: Callable[[socket.socket], object] | None = None) -> bytes:
    """All that the server says to a client that sends this."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(octets)
        if act:
            act(client)
        received = b""
        with contextlib.suppress(ConnectionError):
            while data := client.recv(4096):
                received += data
        return received


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Any:
    program = load(monkeypatch, "kv-protocol/kv_server.py")
    protocol = type("Protocol", (), load(monkeypatch, "kv-protocol/kvproto.py"))
    made = program["Server"](protocol)
    made.settings = program["Server"].connected.__globals__
    return made


def test_a_client_too_many_is_told(server: Any) -> None:
    server.settings["CLIENT_LIMIT"] = 1
    with serving(server) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as first:
            first.sendall(b"KV 1\n")
            assert first.recv(100) == b"KV 1\n"
            assert said(port, b"KV 1\n") == b"ERR busy\n"


def test_a_client_that_is_late_is_told(server: Any) -> None:
    server.settings["IDLE_TIME"] = 0.05
    with serving(server) as port:
        assert said(port, b"KV 1\nGET") == b"KV 1\nERR idle\n"


def test_nothing_is_said_behind_the_reply_to_quit(server: Any) -> None:
    server.settings["IDLE_TIME"] = 0.05
    written: list[bytes] = []

    class Client:
        """Sends all at once, and takes nothing from the second reply on."""

        write = staticmethod(written.append)

        async def read(self, _: int) -> bytes:
            return b"KV 1\nQUIT\n"

        async def drain(self) -> None:
            if len(written) > 1:
                await asyncio.get_running_loop().create_future()

    asyncio.run(server.converse(Client(), Client()))
    assert written == [b"KV 1\n", b"OK\n"]


def test_who_does_not_end_is_cut_off(server: Any) -> None:
    server.settings["LINGER_TIME"] = 0.05

    def stay(client: socket.socket) -> None:
        assert client.makefile("rb").read() == b"KV 1\nERR length\n"
        with contextlib.suppress(ConnectionError):
            while True:
                client.sendall(b"DEL a\n")

    with serving(server) as port:
        said(port, b"KV 1\nSET a x\n", stay)


def test_an_end_inside_a_command_is_told(server: Any) -> None:
    with serving(server) as port:
        sent = b"KV 1\nSET a 5\nhel"
        assert said(port, sent, lambda client: client.shutdown(socket.SHUT_WR)) == (
            b"KV 1\nERR end\n"
        )


# ---- the client ---------------------------------------------------------------------------------


def saying(octets: bytes, *, then_reset: bool = False) -> Callable[[socket.socket], None]:
    def handle(connection: socket.socket) -> None:
        connection.recv(1024)
        connection.sendall(octets)
        if then_reset:
            connection.recv(1024)
            reset(connection)
        else:
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1024):
                pass

    return handle


@pytest.mark.parametrize(
    ("handle", "told"),
    [
        (saying(b"KV 2\n"), "KvError: the server answers another version"),
        (saying(b"HTTP/1.1 400 Bad Request\r\n"), "KvError: no reply: b'HTTP"),
        (saying(b"KV 1\nVALUE 5\nhel"), "KvError: the server ended the connection"),
        (saying(b"KV 1\nERR idle\n"), "KvError: ERR idle"),
        (saying(b"KV 1\n", then_reset=True), "ConnectionResetError"),
    ],
)
def test_the_client_tells_what_went_wrong(
    monkeypatch: pytest.MonkeyPatch, handle: Callable[[socket.socket], None], told: str
) -> None:
    with peer(handle) as port, pytest.raises(SystemExit, match=told):
        run(monkeypatch, CLIENT, "get", "a", "--port", str(port))


def test_the_client_has_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    client = load(monkeypatch, CLIENT)["Client"]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with pytest.raises(TimeoutError):
            client(listener.getsockname(), seconds=0.05)


def test_the_client_tells_that_it_took_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object, **__: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", slow)
    with pytest.raises(SystemExit, match="not done within 10 seconds"):
        run(monkeypatch, CLIENT, "get", "a")


# ---- the examples and the fuzzer ----------------------------------------------------------------


def test_the_examples_find_another_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(connection: socket.socket) -> None:
        while connection.recv(1024):
            pass
        connection.sendall(b"KV 1\nOK\n")

    with peer(other) as port, pytest.raises(SystemExit, match=r"received b'KV 1\\nOK\\n'"):
        run(monkeypatch, "kv-protocol/spec_examples.py", "--port", str(port))


def test_the_examples_do_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", never)
    with pytest.raises(SystemExit, match="nothing came for 5 seconds"):
        run(monkeypatch, "kv-protocol/spec_examples.py", "--port", str(free_port()))


# ---- the grammar of the specification -----------------------------------------------------------

CORE = {
    "SP": b" ",
    "LF": b"\n",
    "ALPHA": b"[A-Za-z]",
    "DIGIT": b"[0-9]",
    "OCTET": rb"[\x00-\xff]",
}

TOKEN = re.compile(
    r'\s*(?:(?:%s)?"(?P<text>[^"]*)"|%x(?P<low>[0-9A-F]{2})-(?P<high>[0-9A-F]{2})'
    r"|(?P<least>\d*)\*(?P<most>\d*)|(?P<rule>[A-Za-z]+)|(?P<sign>[/()]))"
)


@functools.cache
def rules() -> dict[str, str]:
    """The grammar in section 2: each rule and its definition."""
    text = SPECIFICATION.read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `([a-z]+)` \| `(.+)` \|$", text, re.MULTILINE))


@functools.cache
def pattern(definition: str) -> bytes:
    """The regular expression of a definition in ABNF."""
    out, repeat, place = b"", b"", 0
    opened: list[tuple[int, bytes]] = []
    while place < len(definition):
        token = TOKEN.match(definition, place)
        assert token, definition[place:]
        place = token.end()
        kind = token.lastgroup
        if kind == "most" or (kind == "least" and token["most"] == ""):
            repeat = b"{%b,%b}" % (token["least"].encode(), token["most"].encode())
            continue
        if kind == "sign" and token["sign"] == "(":
            opened.append((len(out), repeat))
            out, repeat = out + b"(?:", b""
            continue
        if kind == "sign" and token["sign"] == ")":
            piece, repeat = b")", opened.pop()[1]
        elif kind == "sign":
            piece = b"|"
        elif kind == "text":
            piece = re.escape(token["text"].encode())
        elif kind == "high":
            piece = rb"[\x%b-\x%b]" % (token["low"].encode(), token["high"].encode())
        else:
            name = token["rule"]
            piece = CORE.get(name) or b"(?:%b)" % pattern(rules()[name])
        out, repeat = out + piece + repeat, b""
    return out


def test_the_grammar_is_whole() -> None:
    grammar = rules()
    assert {"hello", "get", "set", "del", "quit", "ok", "none", "found", "error"} <= set(grammar)
    assert re.fullmatch(pattern(grammar["key"]), b"a.b:c_d-9")
    assert not re.fullmatch(pattern(grammar["key"]), b"a" * 65)
    assert not re.fullmatch(pattern(grammar["length"]), b"05")


LINES = st.one_of(
    st.tuples(
        st.sampled_from([b"GET", b"DEL", b"QUIT", b"KV", b"get"]),
        st.sampled_from([b" ", b"  ", b"", b"\t"]),
        st.one_of(st.from_regex(rb"\A[a-z0-9._:/\r-]{0,3}\Z"), st.integers(63, 66).map(bytes)),
    ).map(b"".join),
    st.binary(max_size=12),
).map(lambda line: line.replace(b"\n", b"").replace(b"\0", b"k"))


@settings(max_examples=1_000, deadline=None)
@given(LINES)
def test_what_the_grammar_allows_is_no_error_and_nothing_else(line: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        protocol = _protocol(patch)
    commands = b"|".join(pattern(rules()[name]) for name in ("get", "del", "quit"))
    allowed = re.fullmatch(commands, line + b"\n")
    reply = replies_to(protocol, protocol["Store"](), b"KV 1\n" + line + b"\n")
    assert bool(allowed) != reply.startswith(b"KV 1\nERR ")
    greeting = re.fullmatch(pattern(rules()["hello"]), line + b"\n")
    assert bool(greeting) == (replies_to(protocol, {}, line + b"\n") == b"KV 1\n")


@settings(max_examples=500, deadline=None)
@given(st.from_regex(rb"\A[-+0-9_ x]{0,7}\Z"), st.sampled_from([b"a", b"a/b", b""]))
def test_a_set_is_read_as_the_grammar_has_it(digits: bytes, key: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        protocol = _protocol(patch)
    length = re.fullmatch(pattern(rules()["length"]), digits)
    right = bool(length) and int(digits) <= 4096
    value = bytes(int(digits)) if right else b""
    reply = replies_to(
        protocol, protocol["Store"](), b"KV 1\nSET %b %b\n%b\n" % (key, digits, value)
    )
    known = re.fullmatch(pattern(rules()["key"]), key)
    expected = (b"OK\n" if known else b"ERR key\n") if right else b"ERR length\n"
    assert reply == b"KV 1\n" + expected


_loaded: dict[str, Any] = {}


def _protocol(patch: pytest.MonkeyPatch) -> dict[str, Any]:
    if not _loaded:
        _loaded.update(load(patch, "kv-protocol/kvproto.py"))
    return _loaded
