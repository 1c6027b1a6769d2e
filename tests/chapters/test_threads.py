"""Chapter 16: what the transcripts do not reach."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests.chapters.peers import free_port, peer
from tests.chapters.programs import run

SWARM = "threads/swarm_client.py"


def test_a_swarm_that_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="nobody was answered"):
        run(monkeypatch, SWARM, "2", "--port", str(free_port()))


def test_the_waits_can_be_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(connection.recv(1024))

    kept = tmp_path / "waits.json"
    with peer(answer) as port:
        run(monkeypatch, SWARM, "1", "--port", str(port), "--write", str(kept))
    (wait,) = json.loads(kept.read_text(encoding="utf-8"))["1"]
    assert wait > 0
