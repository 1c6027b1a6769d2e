"""Chapter 20: servers that are not there, silent or gone; texts that are two lines."""

from __future__ import annotations

import socket

import pytest

from tests.chapters.peers import free_port, impatient, peer, reset, silent
from tests.chapters.programs import run

CLIENT = "line-protocol/line_client.py"


def test_the_client_refuses_a_text_that_would_be_two_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for text in ("one\ntwo", "one\rtwo"):
        with pytest.raises(SystemExit, match="would make two lines of it"):
            run(monkeypatch, CLIENT, text)


def test_the_client_says_that_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="no server at port"):
        run(monkeypatch, CLIENT, "--port", str(free_port()), "hello")


def test_the_client_says_when_the_server_resets(monkeypatch: pytest.MonkeyPatch) -> None:
    with peer(reset) as port, pytest.raises(SystemExit, match="or it cut the connection"):
        run(monkeypatch, CLIENT, "--port", str(port), "hello")


@pytest.mark.parametrize("answer", [b"HEL", b"A" * 5000], ids=["half a line", "no end"])
def test_the_client_takes_no_rest_for_an_answer(
    monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    def answer_and_end(connection: socket.socket) -> None:
        connection.recv(1024)
        connection.sendall(answer)

    with peer(answer_and_end) as port, pytest.raises(SystemExit, match="the connection ended, or"):
        run(monkeypatch, CLIENT, "--port", str(port), "hello")


def test_the_client_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", impatient)
    with peer(silent) as port:
        with pytest.raises(SystemExit, match="nothing came for 10 seconds"):
            run(monkeypatch, CLIENT, "--port", str(port), "hello")


def test_the_rude_client_says_that_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="nothing listens on port"):
        run(monkeypatch, "line-protocol/rude_client.py", "--port", str(free_port()))
