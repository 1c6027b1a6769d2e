"""The demonstration against every case of `cases`, over a real connection."""

from __future__ import annotations

import contextlib
import socket
import threading

import h11
import pytest

from onthewire.http.aio import SimpleProtocol
from onthewire.http.cli import demonstration
from onthewire.http.server import HTTPServer
from onthewire.http.threaded import HTTPThreadServer, simple
from tests.http.cases import CASES, GET, Case

PATIENCE = 10.0


@pytest.fixture(scope="module", params=["asyncio", "threads"])
def address(request):
    """The demonstration on one of the two servers, in a thread of its own."""
    app = demonstration()
    if request.param == "asyncio":
        server = HTTPServer(lambda owner: SimpleProtocol(owner, app))
    else:
        server = HTTPThreadServer(simple(app))
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server.address
    server.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def responses(sock: socket.socket, count: int, methods: list[bytes]):
    """Status, octets and head of each response, read by h11; fewer where the stream ends."""
    found = []
    rest = b""
    for method in methods[:count]:
        reader = h11.Connection(h11.CLIENT, max_incomplete_event_size=100_000)
        if method in (b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"TRACE"):
            reader.send(h11.Request(method=method, target="/", headers=[("host", "a")]))
        else:
            reader.send(h11.Request(method=b"GET", target="/", headers=[("host", "a")]))
        reader.send(h11.EndOfMessage())
        content = b""
        if rest:
            reader.receive_data(rest)
        while True:
            event = reader.next_event()
            if event is h11.NEED_DATA:
                data = sock.recv(65_536)
                if not data and not content and reader.their_state is h11.SEND_RESPONSE:
                    return found
                reader.receive_data(data)
            elif isinstance(event, h11.InformationalResponse):
                found.append((event.status_code, dict(event.headers), b""))
            elif isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                content += event.data
            elif isinstance(event, h11.EndOfMessage):
                break
            else:
                raise AssertionError(event)
        rest = reader.trailing_data[0]
        found.append((head.status_code, dict(head.headers), content))
    return found


def methods_of(case: Case) -> list[bytes]:
    """The methods of a case's requests, which decide how a response is read."""
    first = case.sent.lstrip(b"\r\n").split(b" ")[0]
    return [first, *([b"GET"] * (len(case.statuses) - 1))]


def judge(address, case: Case, pieces) -> None:
    with socket.create_connection(address, PATIENCE) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(ConnectionError):  # It may have been refused half-way.
            for piece in pieces:
                sock.sendall(piece)
        count = sum(status >= 200 for status in case.statuses)
        found = responses(sock, count, methods_of(case))
        assert tuple(status for status, _, _ in found) == case.statuses
        for status, fields, content in found:
            if status >= 200:
                assert b"date" in fields
            if status == 405:
                assert b"allow" in fields
            assert status < 400 or methods_of(case)[0] == b"HEAD" or content
        with contextlib.suppress(ConnectionError):
            sock.sendall(GET + b"Connection: close\r\n\r\n")
        after = b""
        with contextlib.suppress(ConnectionError):
            while data := sock.recv(65_536):
                after += data
        assert after.startswith(b"HTTP/1.1 200 OK\r\n") == case.open, after
        if not case.open:
            assert after == b""
            assert found[-1][1].get(b"connection") == b"close"


def raw(address, case: Case) -> bytes:
    """All that comes where the request asks for the end of the connection."""
    with socket.create_connection(address, PATIENCE) as sock:
        with contextlib.suppress(ConnectionError):
            sock.sendall(case.sent)
            sock.shutdown(socket.SHUT_WR)
        octets = b""
        with contextlib.suppress(ConnectionError):
            while data := sock.recv(65_536):
                octets += data
        return octets


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(address, case):
    judge(address, case, [case.sent])
    if case.holds:
        octets = raw(address, case)
        for part in case.holds:
            assert part in octets, octets


@pytest.mark.parametrize(
    "case", [each for each in CASES if len(each.sent) < 400], ids=lambda case: case.name
)
def test_case_octet_by_octet(address, case):
    judge(address, case, [case.sent[at : at + 1] for at in range(len(case.sent))])
