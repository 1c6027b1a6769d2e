"""Chapter 18: what its transcripts do not show."""

from __future__ import annotations

import contextlib
import errno
import socket
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from courseware.checker.datagrams import closed_port
from courseware.transcripts import parse
from onthewire.datagrams import Faults
from tests.chapters.programs import load, run

SNIPPETS = Path(__file__).parents[2] / "snippets"


class Ended(Exception):
    """Raised where a program that relays for ever is to stop."""


def bound() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    sock.settimeout(10)
    return sock


def options(port: int, **faults: Any) -> SimpleNamespace:
    settings = {"loss": 0, "duplicate": 0, "reorder": 0, "delay": 0, "hold": 0.01}
    names = ("there", "back")
    return SimpleNamespace(
        to=port, seed="1", **(settings | {"only": names, "quiet": False} | faults)
    )


def test_the_client_waits_where_nobody_is_and_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    naps: list[float] = []
    monkeypatch.setattr(time, "sleep", naps.append)
    with pytest.raises(SystemExit, match="no answer to 4 tries"):
        run(monkeypatch, "datagrams/udp_time_client.py", "--port", str(closed_port()))
    assert [round(nap, 1) for nap in naps] == [0, 0.2, 0.4, 0.8, 1.6]


def test_the_wrong_client_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="no answer to 4 tries"):
        run(monkeypatch, "datagrams/wrong_time_client.py", "--port", str(closed_port()))


def test_a_request_that_is_too_long_gets_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    server = load(monkeypatch, "datagrams/udp_time_server.py")
    with bound() as ours, bound() as theirs:
        theirs.sendto(b"x" * 33, ours.getsockname())
        theirs.sendto(b"x" * 32, ours.getsockname())
        answered: list[bytes] = []

        class Once:
            """The server's socket; it ends the loop with the first answer."""

            settimeout = staticmethod(lambda _: None)
            getsockname = ours.getsockname
            recvfrom = ours.recvfrom

            def sendto(self, answer: bytes, _: object) -> None:
                answered.append(answer)
                raise Ended

        with pytest.raises(Ended):
            server["serve"](Once())
    assert answered[0].startswith(b"x" * 32 + b" ")


def test_a_system_that_reports_the_cut(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program = load(monkeypatch, "datagrams/udp_limits.py")
    capsys.readouterr()

    class Reports:
        """A receiver as on Windows: what does not fit raises an error."""

        def recv(self, size: int) -> bytes:
            if size == 10:
                raise OSError(errno.EMSGSIZE, "message too long")
            return b"next"

    program["truncated"](Reports(), SimpleNamespace(send=lambda _: None))
    assert capsys.readouterr().out == "room for 10  EMSGSIZE then b'next'\n"


def test_faults_in_one_direction_leave_the_other_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    direction = load(monkeypatch, "datagrams/lossy_proxy.py")["Direction"]
    for name in ("there", "back"):
        direction(name, 1, options(0, loss=1, only=["back"])).send(b"")
    assert capsys.readouterr().out == "client 1, there 1: passed\nclient 1, back 1: lost\n"


def test_the_oldest_client_makes_room(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    relay = load(monkeypatch, "datagrams/lossy_proxy.py")["relay"]
    with bound() as server, bound() as proxy:
        sources: list[object] = []

        def clients() -> None:
            # All stay open, so that no port comes twice.
            with contextlib.ExitStack() as held:
                for number in range(66):
                    client = held.enter_context(bound())
                    if number == 65:
                        ended.set()
                    client.sendto(b"%d" % number, proxy.getsockname())
                    if number < 65:
                        sources.append(server.recvfrom(100))

        ended = threading.Event()
        kept = relay.__globals__["Direction"]

        def ending(*arguments: Any) -> Any:
            if ended.is_set():
                raise Ended
            return kept(*arguments)

        monkeypatch.setitem(relay.__globals__, "Direction", ending)
        thread = threading.Thread(target=clients)
        thread.start()
        opened: list[socket.socket] = []
        plain = socket.socket
        monkeypatch.setattr(
            relay.__globals__["socket"],
            "socket",
            lambda *kind: opened.append(plain(*kind)) or opened[-1],
        )
        with pytest.raises(Ended):
            relay(proxy, options(server.getsockname()[1]))
        thread.join()
        for each in opened:
            each.close()
    assert len(sources) == 65
    assert capsys.readouterr().out.count("there 1: passed") == 65


def test_the_recorded_faults_are_those_of_the_library() -> None:
    """The relay's log in the transcript, the schedule of the same seed, and what arrived agree."""
    terminals = parse(SNIPPETS / "datagrams" / "delivery.transcript").terminals
    logged = [line.rpartition(": ")[2] for line in terminals["proxy"].lines if "client 1" in line]
    faults = Faults("304/there/1", loss=0.2, duplicate=0.15, reorder=0.2)
    assert logged == [faults.next().word for _ in range(24)]
    _, _, never, twice = terminals["delivery"].lines
    for line, word in ((never, "lost"), (twice, "twice")):
        numbers = [number for number, fate in enumerate(logged, 1) if fate == word]
        assert line.split(":")[1].split() == [str(number) for number in numbers]
