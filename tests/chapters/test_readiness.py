"""Chapter 17: what the transcripts do not reach."""

from __future__ import annotations

import errno
import json
import selectors
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.chapters.peers import peer, reset
from tests.chapters.programs import load, run


@contextmanager
def server(program: dict[str, Any]) -> Iterator[Any]:
    """The selector server, not yet serving, and its listening socket."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        selectors.DefaultSelector() as selector,
    ):
        listener.settimeout(10)
        found = program["EchoServer"](selector, listener)
        try:
            yield found
        finally:
            for client in found.clients():
                found.drop(client)


def failing(error: OSError) -> Any:
    def accept(_: socket.socket) -> None:
        raise error

    return accept


def test_it_does_not_accept_for_a_while_when_no_descriptor_is_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with server(load(monkeypatch, "readiness/selector_echo_server.py")) as found:
        monkeypatch.setattr(socket.socket, "accept", failing(BlockingIOError()))
        found.accept()
        assert found.listener in found.selector.get_map()
        monkeypatch.setattr(socket.socket, "accept", failing(OSError(errno.EMFILE, "too many")))
        found.accept()
        assert found.listener not in found.selector.get_map()
        found.look()
        assert found.listener in found.selector.get_map()


def test_it_drops_the_silent_and_the_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    program = load(monkeypatch, "readiness/selector_echo_server.py")
    with server(program) as found:
        with socket.create_connection(found.listener.getsockname(), timeout=10) as silent:
            found.accept()
            found.look()
            (client,) = found.clients()
            client.heard -= program["IDLE_TIME"] + 1
            found.look()
            assert found.clients() == []
            assert silent.recv(1) == b""
        with socket.create_connection(found.listener.getsockname(), timeout=10) as gone:
            reset(gone)
            found.accept()
        (client,) = found.clients()
        found.advance(client, selectors.EVENT_READ)
        assert found.clients() == []


def test_it_looks_around_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with server(load(monkeypatch, "readiness/selector_echo_server.py")) as found:
        found.look = stop
        found.next_look = 0
        with socket.create_connection(found.listener.getsockname(), timeout=10):
            with pytest.raises(KeyboardInterrupt):
                found.serve()


def test_the_load_can_be_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def echo(connection: socket.socket) -> None:
        while octets := connection.recv(1024):
            connection.sendall(octets)

    kept = tmp_path / "load.json"
    with peer(echo) as port:
        arguments = ["1", "--messages", "5", "--port", str(port), "--write", str(kept)]
        run(monkeypatch, "readiness/load_client.py", *arguments)
    assert set(json.loads(kept.read_text(encoding="utf-8"))["1"]) == {"rate", "p50", "p99"}


def test_ctrl_c_leaves_no_client_behind(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    create_server, select = socket.create_server, selectors.DefaultSelector.select
    clients: list[socket.socket] = []
    turns: list[float | None] = []

    def with_a_client(*arguments: Any, **options: Any) -> socket.socket:
        listener = create_server(*arguments, **options)
        clients.append(socket.create_connection(listener.getsockname(), timeout=10))
        return listener

    def interrupted(selector: Any, timeout: float | None = None) -> Any:
        turns.append(timeout)
        if len(turns) > 1:
            raise KeyboardInterrupt
        return select(selector, timeout)

    monkeypatch.setattr(socket, "create_server", with_a_client)
    monkeypatch.setattr(selectors.DefaultSelector, "select", interrupted)
    run(monkeypatch, "readiness/selector_echo_server.py", "--port", "0")
    with clients[0] as client:
        assert client.recv(1) == b""
    assert capsys.readouterr().out.endswith("STOPPED\n")
