"""Chapter 12: peers that leave early, and errors that are not the expected one."""

from __future__ import annotations

import errno
import socket
import threading

import pytest

from tests.chapters.peers import peer, reset, silent
from tests.chapters.programs import run


def test_the_client_says_when_the_server_resets(monkeypatch: pytest.MonkeyPatch) -> None:
    with peer(reset) as port, pytest.raises(SystemExit, match="without an answer"):
        run(monkeypatch, "first-server/tcp_hello_client.py", "--port", str(port))


def test_the_client_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    original = socket.socket.settimeout
    here = threading.current_thread()

    def settimeout(sock: socket.socket, seconds: float) -> None:
        original(sock, 0.05 if threading.current_thread() is here else seconds)

    with peer(silent) as port:
        monkeypatch.setattr(socket.socket, "settimeout", settimeout)
        with pytest.raises(SystemExit, match="nothing came for 10 seconds"):
            run(monkeypatch, "first-server/tcp_hello_client.py", "--port", str(port))


def test_the_server_survives_a_client_that_sends_no_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    addresses: list[tuple[str, int]] = []
    listening = threading.Event()
    original = socket.socket.listen

    def listen(listener: socket.socket) -> None:
        original(listener)
        addresses.append(listener.getsockname())
        listening.set()

    def leave_early() -> None:
        assert listening.wait(10)
        with socket.create_connection(addresses[0], timeout=10) as client:
            client.sendall(b"Hel")

    monkeypatch.setattr(socket.socket, "listen", listen)
    client = threading.Thread(target=leave_early)
    client.start()
    run(monkeypatch, "first-server/tcp_hello_server.py", "--port", "0")
    client.join()
    said = capsys.readouterr().out
    assert "received b'Hel'" in said
    assert said.endswith("closed the listening socket\n")


PROGRAMS = {
    "hello_forever.py": "create_server",
    "wrong_no_reuse.py": "socket.bind",
    "wrong_recv_on_listener.py": "socket.recv",
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_unexpected_error_is_not_hidden(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EACCES, "not permitted")

    monkeypatch.setattr(f"socket.{PROGRAMS[program]}", fail)
    with pytest.raises(PermissionError):
        run(monkeypatch, f"first-server/{program}", "--port", "0")
