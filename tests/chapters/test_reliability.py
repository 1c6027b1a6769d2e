"""Chapter 25: what its transcripts do not show."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from tests.chapters.programs import load, run

PROGRAMS = "reliability"


class Channel:
    """A socket of a receiver to which these datagrams come, or at which these errors are raised.

    On its clock each of them takes a quarter of a second, and a timeout as long as it is set to.
    """

    def __init__(self, *events: Any) -> None:
        self.events = list(events)
        self.now = 0.0
        self.timeouts: list[float] = []
        self.answers: list[tuple[bytes, object]] = []

    def settimeout(self, seconds: float) -> None:
        self.timeouts.append(seconds)

    def recvfrom(self, _: int) -> Any:
        event = self.events.pop(0)
        self.now += self.timeouts[-1] if isinstance(event, TimeoutError) else 0.25
        if isinstance(event, BaseException):
            raise event
        return event

    def sendto(self, answer: bytes, address: object) -> None:
        self.answers.append((answer, address))


def test_the_receiver_takes_one_sender_and_lingers(monkeypatch: pytest.MonkeyPatch) -> None:
    program = load(monkeypatch, f"{PROGRAMS}/reliable_receiver.py")
    packets = load(monkeypatch, f"{PROGRAMS}/packets.py")
    pack, data, end = packets["pack"], packets["DATA"], packets["END"]
    channel = Channel(
        (b"no packet", "stranger"),
        (pack(data, 7, 0, b"one "), "sender"),
        (pack(data, 7, 1, b"false"), "stranger"),
        ConnectionResetError(),
        (pack(data, 7, 1, b"two"), "sender"),
        (pack(end, 7, 2), "sender"),
        (pack(end, 7, 2), "sender"),
        TimeoutError(),
    )
    monkeypatch.setattr(time, "monotonic", lambda: channel.now)
    assert program["run"](channel, program["Receiver"]("go-back-n")) == b"one two"
    assert {address for _, address in channel.answers} == {"sender"}
    numbers = [packets["unpack"](answer)[2] for answer, _ in channel.answers]
    assert numbers == [1, 2, 3, 3]
    idle, linger = program["IDLE"], program["LINGER"]
    # Only the sender's packets begin the wait anew.
    assert channel.timeouts == [idle, idle - 0.25, idle, idle - 0.25, idle - 0.5, idle] + 2 * [
        linger
    ]


def test_the_receiver_says_when_no_end_came(monkeypatch: pytest.MonkeyPatch) -> None:
    program = load(monkeypatch, f"{PROGRAMS}/reliable_receiver.py")
    channel = Channel(TimeoutError())
    monkeypatch.setattr(time, "monotonic", lambda: channel.now)
    with pytest.raises(SystemExit, match="no end after 0 octets"):
        program["run"](channel, program["Receiver"]("go-back-n"))


def test_the_receiver_stops_on_ctrl_c(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupted(socket.socket):
        def recvfrom(self, *_: Any) -> Any:
            raise KeyboardInterrupt

    monkeypatch.setattr(socket, "socket", Interrupted)
    run(monkeypatch, f"{PROGRAMS}/reliable_receiver.py", "--port", "0")
    assert capsys.readouterr().out.endswith("STOPPED\n")


@pytest.mark.parametrize("scheme", ["stop-and-wait", "go-back-n", "selective-repeat"])
def test_what_is_no_packet_changes_nothing(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    schemes = load(monkeypatch, f"{PROGRAMS}/schemes.py")
    pack, data, ack = schemes["pack"], schemes["DATA"], schemes["ACK"]
    sender = schemes["Sender"](scheme, 7, b"content")
    first = sender.send(0.0)
    for junk in (b"", b"short", first[0], pack(ack, 8, 1), pack(ack, 7, 9), pack(ack, 7, 1)[:-1]):
        sender.receive(0.1, junk)
    assert (sender.base, sender.srtt) == (0, None)
    receiver = schemes["Receiver"](scheme)
    assert receiver.receive(b"") is None
    assert receiver.receive(pack(ack, 7, 1)) is None
    assert receiver.receive(first[0]) == pack(ack, 7, 1)
    assert receiver.receive(pack(data, 8, 1, b"foreign")) is None
    assert receiver.receive(pack(data, 7, 500, b"far ahead")) == pack(ack, 7, 1)
    assert receiver.take() == b"content"


def test_the_schemes_send_again_what_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    schemes = load(monkeypatch, f"{PROGRAMS}/schemes.py")
    pack, unpack, ack = schemes["pack"], schemes["unpack"], schemes["ACK"]
    kept = (2).to_bytes(4, "big")
    for scheme, again in (
        ("stop-and-wait", [1]),
        ("go-back-n", [1, 2, 3]),
        ("selective-repeat", [1, 3]),
    ):
        sender = schemes["Sender"](scheme, 7, bytes(3), window=3, piece=1)
        sender.send(0.0)
        sender.receive(0.1, pack(ack, 7, 1, kept if scheme == "selective-repeat" else b""))
        sender.send(0.1)
        assert sender.rto == pytest.approx(0.3)
        assert [unpack(datagram)[2] for datagram in sender.send(9.0)] == again
        assert sender.rto == pytest.approx(0.6)
        sender.receive(9.1, pack(ack, 7, sender.next))
        assert sender.rto == pytest.approx(0.6), "Karn's rule"
