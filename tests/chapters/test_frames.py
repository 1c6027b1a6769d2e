"""Chapter 21: peers that end early, lie, or are not there."""

from __future__ import annotations

import json
import socket
import struct
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.chapters.peers import free_port, impatient, peer, reset, silent
from tests.chapters.programs import load, run


def read_once(connection: socket.socket) -> None:
    connection.recv(1024)


def frame(content: bytes) -> bytes:
    return struct.pack("!I", len(content)) + content


def test_a_frame_that_is_too_long_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = load(monkeypatch, "frames/frames.py")
    assert frames["encode"](b"hello") == frame(b"hello")
    with pytest.raises(frames["FrameTooLong"], match="65537 octets to send"):
        frames["encode"](bytes(65537))


def test_what_came_before_a_lie_is_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = load(monkeypatch, "frames/frames.py")
    contents = frames["FrameBuffer"]().feed(frame(b"one") + b"GET ")
    assert next(contents) == b"one"
    with pytest.raises(frames["FrameTooLong"]):
        next(contents)


def test_an_end_inside_a_frame_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = load(monkeypatch, "frames/frames.py")["FrameBuffer"]()
    assert list(buffer.feed(frame(b"one") + b"\0\0\0\5he")) == [b"one"]
    with pytest.raises(EOFError, match="after 6 octets of it"):
        buffer.end()


def test_the_client_tells_what_went_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    client = "frames/frame_client.py"
    with peer(read_once) as port, pytest.raises(SystemExit, match="ended the connection"):
        run(monkeypatch, client, "hello", "--port", str(port))
    with pytest.raises(SystemExit, match="ConnectionRefusedError: no conversation"):
        run(monkeypatch, client, "hello", "--port", str(free_port()))
    monkeypatch.setattr(socket, "create_connection", impatient)
    with peer(silent) as port, pytest.raises(SystemExit, match="nothing came for 10 seconds"):
        run(monkeypatch, client, "hello", "--port", str(port))


def test_the_stray_client_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with peer(reset) as port:
        run(monkeypatch, "frames/stray_client.py", "--port", str(port))
    assert capsys.readouterr().out == "the connection was cut off\n"


def announced(**fields: object) -> bytes:
    return frame(json.dumps({"name": "a.txt", "size": 5, **fields}).encode())


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (announced(size=100_000_001), b"refused: too large"),
        (announced(size="5"), b"refused: too large"),
        (announced(name=".."), b"refused: that is no file name"),
        (announced(name="a\x1b[2J.txt"), b"refused: that is no file name"),
        (announced(name=5), b"refused: that is no file name"),
        (frame(b"[" * 60_000), b"refused: "),
        (announced() + frame(b"hello") + frame(bytes(32)), b"does not match its checksum"),
        (announced() + frame(b"hello, world"), b"does not match its checksum"),
        (announced() + frame(b"hel"), b"refused: the stream ended before the file"),
        (frame(b"[]"), b"refused: list indices"),
        (b"GET / HTTP/1.1\r\n\r\n", b"refused: a frame of 1195725856 octets"),
    ],
)
def test_the_receiver_keeps_nothing_of_what_it_refuses(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sent: bytes, answer: bytes
) -> None:
    received = receive(load(monkeypatch, "frames/file_recv.py"), tmp_path, sent)
    assert answer in received
    assert list(tmp_path.iterdir()) == []


def receive(program: dict[str, Any], folder: Path, sent: bytes) -> bytes:
    """What the receiver answers to a sender that sends this and ends its side."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(10)
        ours.sendall(sent)
        ours.shutdown(socket.SHUT_WR)
        thread = threading.Thread(target=program["serve"], args=[theirs, folder])
        thread.start()
        answer = b""
        while octets := ours.recv(1024):
            answer += octets
        thread.join()
    return answer


def test_the_receiver_leaves_network_errors_to_its_loop(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = load(monkeypatch, "frames/file_recv.py")
    monkeypatch.setitem(program["serve"].__globals__, "receive", late)
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(TimeoutError):
        program["serve"](theirs, tmp_path)


def late(*_: object) -> None:
    raise TimeoutError


def test_the_sender_tells_what_went_wrong(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"hello")
    sender = "frames/file_send.py"
    with pytest.raises(SystemExit, match="not sent: ConnectionRefusedError"):
        run(monkeypatch, sender, str(path), "--port", str(free_port()))

    def take_and_end(connection: socket.socket) -> None:
        octets = b""
        while len(octets) < len(announced() + frame(b"hello") + frame(bytes(32))):
            octets += connection.recv(1024)

    with peer(take_and_end) as port, pytest.raises(SystemExit) as ended:
        run(monkeypatch, sender, str(path), "--port", str(port))
    assert ended.value.code == 1
    assert capsys.readouterr().out == "'no answer'\n"
