"""Chapter 01: peers that are not there, silent, or gone in the middle."""

from __future__ import annotations

import socket

import pytest

from tests.chapters.peers import free_port, impatient, peer, reset, silent
from tests.chapters.programs import load, run


def test_the_client_says_that_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="refused: nothing listens on port"):
        run(monkeypatch, "first-request/first_client.py", "--port", str(free_port()))


def test_the_client_says_when_the_server_resets(monkeypatch: pytest.MonkeyPatch) -> None:
    with peer(reset) as port, pytest.raises(SystemExit, match="the connection was cut off"):
        run(monkeypatch, "first-request/first_client.py", "--port", str(port))


def test_the_client_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", impatient)
    with peer(silent) as port:
        with pytest.raises(SystemExit, match="nothing came for 10 seconds"):
            run(monkeypatch, "first-request/first_client.py", "--port", str(port))


def test_the_relay_says_that_there_is_no_server(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    relay = load(monkeypatch, "first-request/wiretap.py")["relay"]
    nowhere = free_port()
    with peer(lambda connection: relay(connection, nowhere, 7, 0.0)) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            assert client.recv(1024) == b""
    said = capsys.readouterr().out
    assert said.startswith("7 ") and said.endswith(f"no connection to port {nowhere}\n")


def test_the_relay_passes_a_reset_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    relay = load(monkeypatch, "first-request/wiretap.py")["relay"]

    def answer_and_reset(connection: socket.socket) -> None:
        connection.sendall(b"Hel")
        connection.recv(1024)
        reset(connection)

    with peer(answer_and_reset) as server, peer(lambda c: relay(c, server, 1, 0.0)) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            assert client.recv(1024) == b"Hel"
            client.sendall(b"hello\n")
            with pytest.raises(ConnectionResetError):
                client.recv(1024)
    assert "server to client: cut off\n" in capsys.readouterr().out
