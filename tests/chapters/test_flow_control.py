"""Chapter 23: what the page says about closing and waiting, and peers that end early."""

from __future__ import annotations

import socket
import struct
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.chapters.peers import peer, reset
from tests.chapters.programs import load, run
from tests.chapters.test_kv_protocol import server as kv_server
from tests.chapters.test_kv_protocol import serving

server = kv_server

linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems keep other buffers")

SMALL = 65_536

connected = threading.Event()


def some_then_end(connection: socket.socket) -> None:
    connection.sendall(bytes(5_000))


def some_then_reset(connection: socket.socket) -> None:
    connection.sendall(bytes(5_000))
    # A reset before the client has taken note of its connection would be another case.
    assert connected.wait(10)
    reset(connection)


def test_the_slow_reader_tells_how_it_ended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = "flow-control/slow_reader_client.py"
    with peer(some_then_end) as port:
        run(monkeypatch, program, "--port", str(port), "--pause", "0")
    assert capsys.readouterr().out.startswith("the server ended the connection\n5000 octets in ")
    plain = socket.create_connection

    def connect(*given: Any, **more: Any) -> socket.socket:
        connection = plain(*given, **more)
        connected.set()
        return connection

    monkeypatch.setattr(socket, "create_connection", connect)
    with peer(some_then_reset) as port:
        run(monkeypatch, program, "--port", str(port), "--pause", "0")
    assert capsys.readouterr().out.startswith("the connection was cut off\n")


def test_the_listeners_know_all_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    listen = load(monkeypatch, "flow-control/listeners.py")["listen"]
    lines = [b"%06d x\n" % number for number in range(1_000)]
    for sent, told in (
        (lines, "all lines"),
        ([*lines[:300], *lines[500:]], "200 lines are missing"),
        (lines[:300], "cut off"),
    ):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.sendall(b"".join(sent))
            theirs.shutdown(socket.SHUT_WR)
            assert listen(ours) == told
    with peer(reset) as port:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            assert listen(connection) == "cut off"


def test_also_who_reads_while_sending_has_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    program = load(monkeypatch, "flow-control/deadlock_pair.py")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(bytes(1_000))
        with pytest.raises(program["Stuck"], match="stuck: 2000 of 2000 octets sent, 1000 read"):
            program["send_while_reading"](ours, 2_000, 0.05)


def full_pair() -> tuple[socket.socket, socket.socket, int]:
    """Two ends, the first of which can send no more, and how much it has sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        sender = socket.socket()
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)
        sender.connect(listener.getsockname())
        receiver, _ = listener.accept()
    sender.settimeout(0.05)
    receiver.settimeout(10)
    sent = 0
    with pytest.raises(TimeoutError):
        while True:
            sent += sender.send(bytes(10_000))
    return sender, receiver, sent


@linux
def test_closing_leaves_the_send_buffer_to_the_system() -> None:
    sender, receiver, sent = full_pair()
    sender.close()
    with receiver:
        received = 0
        while octets := receiver.recv(SMALL):
            received += len(octets)
    assert received == sent


@linux
def test_a_linger_time_of_zero_throws_it_away() -> None:
    sender, receiver, sent = full_pair()
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sender.close()
    received = 0
    with receiver, pytest.raises(ConnectionResetError):
        while octets := receiver.recv(SMALL):
            received += len(octets)
    assert received < sent


def test_a_client_that_only_sends_and_the_server_of_chapter_22_stop(server) -> None:  # type: ignore[no-untyped-def]
    commands = b"KV 1\nSET a 4096\n%b\n" % bytes(4096) + b"GET a\n" * 4_000_000
    with serving(server) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=0.3) as client:
            view, sent = memoryview(commands), 0
            with pytest.raises(TimeoutError):
                while sent < len(commands):
                    sent += client.send(view[sent:])
            assert client.recv(5) == b"KV 1\n"


@linux
def test_the_figure_shows_a_circle_and_its_end() -> None:
    import json

    path = Path(__file__).parents[2] / "snippets" / "flow-control" / "buffers.json"
    moments = json.loads(path.read_text(encoding="utf-8"))
    names = ("left sends", "right receives", "right sends", "left receives")
    stuck, end = moments[2], moments[-1]
    assert stuck["moment"] == "both are stuck"
    assert all(stuck[name] > 60_000 for name in names)
    assert stuck["left"] == stuck["left sends"] + stuck["right receives"]
    assert stuck["right"] == stuck["right sends"] + stuck["left receives"]
    assert not any(end[name] for name in names)


@linux
def test_the_counters_are_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "flow-control/four_buffers.py", "--write", str(tmp_path / "kept.json"))
    assert len(capsys.readouterr().out.splitlines()) == 6
    assert (tmp_path / "kept.json").read_text(encoding="utf-8").count('"moment"') == 6
