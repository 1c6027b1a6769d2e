"""Faults from a seed, a path without I/O, and the live relay on top of both."""

from __future__ import annotations

import itertools
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from courseware.checker.waiting import wait_until
from onthewire.datagrams import FATES, FLOW_LIMIT, Fate, Faults, LossyProxy, Path
from tests.chapters.programs import load

MANY = 10_000


def fates(count: int, seed: int | str = 1, **settings: float) -> list[Fate]:
    faults = Faults(seed, **settings)
    return [faults.next() for _ in range(count)]


def test_equal_seeds_give_equal_faults_and_others_do_not() -> None:
    settings = {"loss": 0.3, "duplicate": 0.2, "reorder": 0.2, "delay": 0.05}
    assert fates(200, 5, **settings) == fates(200, 5, **settings)
    assert fates(200, 5, **settings) != fates(200, 6, **settings)


def test_the_shares_are_those_asked_for() -> None:
    counts = Counter(fate.word for fate in fates(MANY, loss=0.2, duplicate=0.25, reorder=0.5))
    expected = {"lost": 0.2, "twice": 0.8 * 0.25, "held back": 0.6 * 0.5, "passed": 0.6 * 0.5}
    assert set(counts) == set(FATES)
    for word, share in expected.items():
        assert counts[word] / MANY == pytest.approx(share, abs=0.02)


def test_one_fault_does_not_shift_another() -> None:
    def lost(**more: float) -> list[int]:
        return [fate.number for fate in fates(300, loss=0.2, **more) if fate.word == "lost"]

    assert lost() == lost(duplicate=0.5, reorder=0.5, delay=1.0)


def test_the_delays_of_each_fate() -> None:
    settings = {"delay": 0.5, "hold": 0.25}
    (lost,) = fates(1, loss=1, **settings)
    (twice,) = fates(1, duplicate=1, **settings)
    (held,) = fates(1, reorder=1, **settings)
    (passed,) = fates(1, **settings)
    assert lost == Fate(1, "lost", ())
    assert twice == Fate(1, "twice", (0.5, 0.75))
    assert held == Fate(1, "held back", (0.75,))
    assert passed == Fate(1, "passed", (0.5,))


@pytest.mark.parametrize(
    "settings",
    [{"loss": 1.1}, {"loss": -0.1}, {"duplicate": float("nan")}, {"reorder": 2}, {"delay": -1},
     {"hold": float("inf")}],
)  # fmt: skip
def test_wrong_settings_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        Faults(1, **settings)


def test_a_path_delivers_at_its_time() -> None:
    told: list[Fate] = []
    path = Path(Faults(1, delay=0.5), tell=told.append)
    assert path.next_arrival() is None
    path.send(10.0, b"one")
    path.send(10.1, b"two")
    assert path.next_arrival() == 10.5
    assert path.receive(10.4) == []
    assert path.receive(10.55) == [b"one"]
    assert path.receive(11.0) == [b"two"]
    assert path.next_arrival() is None
    assert [fate.number for fate in told] == [1, 2]


def test_what_is_held_back_is_overtaken_and_a_copy_comes_later() -> None:
    path = Path(Faults(1, reorder=1, hold=0.3))
    path.send(0.0, b"held")
    path.faults = Faults(1, duplicate=1, hold=0.3)
    path.send(0.1, b"twice")
    assert path.receive(9.0) == [b"twice", b"held", b"twice"]


def test_copies_of_equal_times_keep_their_order() -> None:
    path = Path(Faults(1, delay=1))
    for number in range(50):
        path.send(0.0, b"%d" % number)
    assert path.receive(1.0) == [b"%d" % number for number in range(50)]


def test_a_rate_spaces_datagrams_and_a_full_queue_drops() -> None:
    path = Path(Faults(1, delay=1.0), rate=100, overhead=10, queue=2)
    for _ in range(4):
        path.send(0.0, bytes(40))
    assert path.dropped == 1
    arrivals = []
    while (when := path.next_arrival()) is not None:
        arrivals.append(when)
        assert path.receive(when) == [bytes(40)]
    assert arrivals == [1.5, 2.0, 2.5]
    path.send(5.0, bytes(40))
    assert path.next_arrival() == 6.5


@contextmanager
def relayed(*clients: str, **settings: Any) -> Iterator[tuple[list[str], list[socket.socket]]]:
    """A server that answers, a relay in front of it, and clients connected to the relay."""
    log: list[str] = []
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in ("server", *clients)]
    server = sockets[0]
    server.bind(("127.0.0.1", 0))
    for each in sockets:
        each.settimeout(10)
    there = settings.pop("there", {})
    with LossyProxy(
        server.getsockname(),
        1,
        there,
        tell=lambda direction, client, fate: log.append(
            f"{client} {direction} {fate.number} {fate.word}"
        ),
        **settings,
    ) as proxy:
        thread = threading.Thread(target=proxy.serve)
        thread.start()
        try:
            for client in sockets[1:]:
                client.connect(proxy.address)
            yield log, sockets
        finally:
            proxy.stop()
            thread.join()
            for each in sockets:
                each.close()


def test_the_relay_brings_answers_to_whom_they_belong() -> None:
    with relayed("a", "b") as (log, (server, a, b)):
        a.send(b"from a")
        first, address_of_a = server.recvfrom(100)
        b.send(b"from b")
        second, address_of_b = server.recvfrom(100)
        assert (first, second) == (b"from a", b"from b")
        server.sendto(b"to b", address_of_b)
        server.sendto(b"to a", address_of_a)
        assert (a.recv(100), b.recv(100)) == (b"to a", b"to b")
        a.send(bytes(60_000))
        assert server.recvfrom(65_535) == (bytes(60_000), address_of_a)
    assert sorted(log) == [
        "1 back 1 passed",
        "1 there 1 passed",
        "1 there 2 passed",
        "2 back 1 passed",
        "2 there 1 passed",
    ]


def test_the_relay_does_what_the_schedule_says() -> None:
    settings = {"loss": 0.3, "duplicate": 0.3, "hold": 0.001}
    expected = [fate.word for fate in fates(30, "1/there/1", **settings)]
    copies = sum({"lost": 0, "twice": 2}.get(word, 1) for word in expected)
    with relayed("a", there=settings, back={}) as (log, (server, a)):
        for number in range(30):
            a.send(b"%d" % number)
        received = [int(server.recv(100)) for _ in range(copies)]
    assert log == [f"1 there {number} {word}" for number, word in enumerate(expected, 1)]
    lost = {number for number, word in enumerate(expected) if word == "lost"}
    assert set(received) == set(range(30)) - lost


def test_a_server_that_is_gone_stops_no_relay() -> None:
    with relayed("a", "b") as (log, (server, a, b)):
        address = server.getsockname()
        server.close()
        for count in (1, 2):  # with the second, the first has been relayed and refused
            a.send(b"anybody?")
            assert wait_until(lambda count=count: len(log) == count, 10)  # type: ignore[misc]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
            again.bind(address)
            again.settimeout(0.05)
            for _ in range(200):
                b.send(b"and now?")
                try:
                    while again.recv(100) != b"and now?":
                        pass
                    break
                except (TimeoutError, ConnectionError):
                    continue
            else:
                pytest.fail("nothing came through any more")


def test_the_flow_that_was_idle_longest_makes_room() -> None:
    with relayed("first", "second") as (_, (server, first, second)), ExitStack() as held:

        def port_of(client: socket.socket) -> int:
            """The port of the relay from which the server gets what this client sends."""
            client.send(b"hello")
            message, address = server.recvfrom(100)
            assert message == b"hello"
            port: int = address[1]
            return port

        before = [port_of(first), port_of(second)]
        for number in range(FLOW_LIMIT - 1):  # all stay open, so that no port comes twice
            client = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            client.connect(first.getpeername())
            if number == FLOW_LIMIT - 2:
                assert port_of(first) == before[0], "which makes the second the oldest"
            port_of(client)
        assert port_of(first) == before[0]
        assert port_of(second) != before[1]


def test_a_wrong_setting_or_a_taken_port_shows_at_once() -> None:
    with pytest.raises(ValueError, match="loss"):
        LossyProxy(("127.0.0.1", 9), 1, {"loss": 3})
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(OSError):
            LossyProxy(("127.0.0.1", 9), 1, {}, port=taken.getsockname()[1])


class Options:
    seed, only, quiet = "7", ("there", "back"), False
    loss, duplicate, reorder, delay, hold = 0.2, 0.2, 0.2, 0.0, 0.5


def test_the_program_of_the_chapter_has_the_same_faults(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    direction = load(monkeypatch, "datagrams/lossy_proxy.py")["Direction"]("back", 3, Options)
    faults = Faults("7/back/3", loss=0.2, duplicate=0.2, reorder=0.2, hold=0.5)
    for _ in range(100):
        direction.send(b"")
    words = [line.rpartition(": ")[2] for line in capsys.readouterr().out.splitlines()]
    assert words == [fate.word for fate in itertools.islice(iter(faults.next, None), 100)]
    assert len(direction.under_way) == 100 - words.count("lost") + words.count("twice")
