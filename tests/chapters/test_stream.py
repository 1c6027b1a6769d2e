"""Chapter 14: what the transcripts do not reach."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.chapters.peers import free_port, peer
from tests.chapters.programs import load, run


def test_the_receiver_of_the_coalescing_demo_waits_for_both(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As if the second send arrived late: the first look finds its octets missing."""
    original = socket.socket.recv
    looks = []

    def recv(connection: socket.socket, size: int, flags: int = 0) -> bytes:
        if flags == socket.MSG_PEEK:
            looks.append(size)
        return b"one" if len(looks) == 1 else original(connection, size, flags)

    monkeypatch.setattr(socket.socket, "recv", recv)
    run(monkeypatch, "stream/coalesce_demo.py")
    assert len(looks) > 1
    assert capsys.readouterr().out.endswith("recv(1024) b'onetwo'\n")


def test_the_measurement_can_be_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "sizes.json"
    run(monkeypatch, "stream/receive_sizes.py", "--runs", "2", "--write", str(kept))
    record = json.loads(kept.read_text(encoding="utf-8"))
    assert [sum(sizes) for sizes in record["runs"]] == [10_000_000] * 2
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize("header", [b"+5\nalpha", b" 5\nalpha", b"1_0\nalpha", b"\n", b"x" * 20])
def test_a_record_without_a_plain_length_is_refused(
    monkeypatch: pytest.MonkeyPatch, header: bytes
) -> None:
    tools = load(monkeypatch, "stream/recv_tools.py")
    with pytest.raises(ValueError, match=r"is no length|within 8 octets"):
        tools["read_record"](tools["Pieces"](header), bytearray())


def test_the_client_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def send_a_part(connection: socket.socket) -> None:
        connection.recv(1)
        connection.sendall(b"alp")

    with peer(send_a_part) as port:
        run(monkeypatch, "stream/stream_client.py", "--port", str(port), "--pieces", "5")
    assert "the stream ended; 2 octets of the piece are missing" in capsys.readouterr().out


def test_the_client_says_that_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="nothing listens on port"):
        run(monkeypatch, "stream/stream_client.py", "--port", str(free_port()))
