"""Reliable transfer: the packets, the timer, each machine alone, and all of them on bad paths."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onthewire.datagrams import Faults, LossyProxy, Path
from onthewire.reliable import (
    SCHEMES,
    Ended,
    GaveUp,
    GoBackNSender,
    InOrderReceiver,
    Packet,
    Receiver,
    RetransmissionTimer,
    SelectiveReceiver,
    SelectiveRepeatSender,
    Sender,
    StopAndWaitSender,
    Stuck,
    decode,
    encode,
    receive_all,
    send_all,
    simulate,
)
from onthewire.reliable.packets import ACK, CONTENT_LIMIT, DATA, END, NUMBERS, position

schemes = pytest.mark.parametrize("scheme", SCHEMES)
BAD = {"loss": 0.3, "duplicate": 0.2, "reorder": 0.3, "delay": 0.02, "hold": 0.05}


def ack(number: int, transfer: int = 1, room: int = 32, bits: bytes = b"") -> bytes:
    return encode(Packet(ACK, transfer, (transfer + number) % NUMBERS, room, bits))


def data(place: int, content: bytes, transfer: int = 1) -> bytes:
    return encode(Packet(DATA, transfer, (transfer + place) % NUMBERS, 0, content))


def places(datagrams: list[bytes], transfer: int = 1) -> list[int]:
    """Which packets these are."""
    return [(decoded(each).number - transfer) % NUMBERS for each in datagrams]


def decoded(datagram: bytes) -> Packet:
    packet = decode(datagram)
    assert packet is not None
    return packet


def begun(kind: type[Sender], count: int = 10, **settings: Any) -> tuple[Sender, list[bytes]]:
    """A sender of some packets of one octet, and what it sends at the time 0."""
    sender = kind(1, content=1, **settings)
    assert sender.write(bytes(range(count))) == count
    return sender, sender.send(0.0)


# Packets


def test_the_octets_of_a_packet() -> None:
    assert encode(Packet(DATA, 0x01020304, 0x01020306, 0, b"hello")).hex(" ") == (
        "01 01 00 00 01 02 03 04 01 02 03 06 03 58 91 2b 68 65 6c 6c 6f"
    )


@given(
    st.sampled_from([DATA, END, ACK]),
    st.integers(0, NUMBERS - 1),
    st.integers(0, NUMBERS - 1),
    st.integers(0, 65_535),
    st.binary(min_size=1, max_size=CONTENT_LIMIT),
)
def test_a_packet_comes_back(kind: int, transfer: int, number: int, room: int, c: bytes) -> None:
    packet = Packet(kind, transfer, number, room, c)
    assert decode(encode(packet)) == packet


@given(st.binary(max_size=1_300))
def test_octets_by_chance_are_no_packet(octets: bytes) -> None:
    assert decode(octets) is None


def test_a_flipped_bit_is_noticed_wherever_it_is() -> None:
    whole = data(3, b"content")
    for bit in range(8 * len(whole)):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 0x80 >> bit % 8
        assert decode(bytes(damaged)) is None
    assert decode(whole[:-1]) is None
    assert decode(whole + b"\0") is None


def test_data_without_content_and_other_versions_are_no_packets() -> None:
    assert decode(encode(Packet(DATA, 1, 1))) is None
    assert decode(encode(Packet(4, 1, 1))) is None
    assert decode(encode(Packet(DATA, 1, 1, 0, bytes(CONTENT_LIMIT + 1)))) is None
    assert decode(encode(Packet(END, 1, 1))) == Packet(END, 1, 1)


@given(st.integers(0, NUMBERS - 1), st.integers(0, 10**12), st.integers(-(2**31), 2**31 - 1))
def test_positions_are_found_again_when_numbers_wrap(first: int, near: int, off: int) -> None:
    assert position((first + near + off) % NUMBERS, first, near) == near + off


# The timer


def test_the_timeout_of_rfc_6298() -> None:
    timer = RetransmissionTimer(shortest=0.0)
    assert timer.rto == 1.0
    timer.sample(0.1)
    assert (timer.srtt, timer.rttvar) == (0.1, 0.05)
    assert timer.rto == pytest.approx(0.1 + 4 * 0.05)
    timer.sample(0.2)
    assert timer.rttvar == pytest.approx(0.75 * 0.05 + 0.25 * 0.1)
    assert timer.srtt == pytest.approx(0.875 * 0.1 + 0.125 * 0.2)
    assert timer.rto == pytest.approx(timer.srtt + 4 * timer.rttvar)
    for _ in range(200):
        timer.sample(0.2)
    assert timer.rto == pytest.approx(0.2 + 0.001, rel=1e-3), "G is the least variation"


def test_the_timeout_doubles_within_its_bounds_and_a_sample_sets_it_anew() -> None:
    timer = RetransmissionTimer(first=0.01, shortest=0.2, longest=1.0)
    seen = [timer.rto]
    for _ in range(4):
        timer.back_off()
        seen.append(timer.rto)
    assert seen == [0.2, 0.4, 0.8, 1.0, 1.0]
    timer.sample(0.1)
    assert timer.rto == pytest.approx(0.3)


# Senders


@schemes
def test_no_more_than_the_window_is_under_way(scheme: str) -> None:
    kind, _ = SCHEMES[scheme]
    window = 1 if kind is StopAndWaitSender else 4
    sender, first = begun(kind, window=window)
    assert places(first) == list(range(window))
    assert sender.send(0.1) == []
    sender.receive(0.1, ack(1))
    assert places(sender.send(0.1)) == [window]
    assert sender.next_timer() is not None


@schemes
def test_settings_that_cannot_be_are_refused(scheme: str) -> None:
    kind, receiver = SCHEMES[scheme]
    for window in (0, 1_025):
        with pytest.raises(ValueError, match=r"window|one packet"):
            kind(1, window=window)
        with pytest.raises(ValueError, match="window"):
            receiver(window=window)
    with pytest.raises(ValueError, match="octets"):
        kind(1, content=CONTENT_LIMIT + 1)


def test_go_back_n_sends_everything_again_and_selective_repeat_what_is_missing() -> None:
    for kind, bits, again in (
        (GoBackNSender, b"", [1, 2, 3, 4]),
        (SelectiveRepeatSender, bytes([0b10100000]), [1, 3]),
    ):
        sender, _ = begun(kind, 5, window=5)
        sender.receive(0.1, ack(1, bits=bits))
        late = sender.next_timer()
        assert late is not None
        assert sender.send(late - 0.001) == []
        assert places(sender.send(late)) == again
        assert sender.again == len(again)


def test_each_packet_of_selective_repeat_has_its_own_timer() -> None:
    sender, _ = begun(SelectiveRepeatSender, 3, window=2, timer=RetransmissionTimer(first=1.0))
    sender.receive(0.5, ack(0, bits=b"\x80"))  # packet 1 came; its sample gives an RTO of 1.5
    sender.receive(0.6, ack(1))
    rto = sender.timer.rto
    assert places(sender.send(0.7)) == [2]
    assert sender.next_timer() == pytest.approx(0.7 + rto)


def test_several_packets_of_one_timeout_double_it_once() -> None:
    sender = SelectiveRepeatSender(1, content=1)
    for at, content in ((0.0, b"a"), (0.1, b"b"), (0.2, b"c")):
        sender.write(content)
        sender.send(at)
    assert places(sender.send(1.0)) == [0]
    assert sender.timer.rto == 2.0
    assert places(sender.send(2.2)) == [1, 2]
    assert sender.timer.rto == 2.0, "both were sent before it was doubled"
    assert places(sender.send(3.0)) == [0]
    assert sender.timer.rto == 4.0


def test_nothing_behind_the_end_is_kept() -> None:
    receiver = SelectiveReceiver(1)
    receiver.receive(0.0, data(3, b"beyond"))
    receiver.receive(0.0, encode(Packet(END, 1, 1)))
    assert receiver.finished
    assert decoded(receiver.send(0.0)[0]).content == b""


def test_packets_that_were_sent_twice_give_no_sample() -> None:
    """Karn's rule: the ACK may be for the first, and the doubled timeout stays."""
    sender, _ = begun(StopAndWaitSender)
    assert places(sender.send(1.0)) == [0]
    assert sender.timer.rto == 2.0
    sender.receive(1.1, ack(1))
    assert sender.timer.srtt is None
    assert sender.timer.rto == 2.0
    assert places(sender.send(1.1)) == [1]
    sender.receive(1.3, ack(2))
    assert sender.timer.srtt == pytest.approx(0.2)
    assert sender.timer.rto == pytest.approx(0.6)


@schemes
def test_a_sender_gives_up_with_words(scheme: str) -> None:
    sender, _ = begun(SCHEMES[scheme][0], tries=3)
    times = []
    with pytest.raises(GaveUp, match="packet 0 after 3 timeouts in a row"):
        while (late := sender.next_timer()) is not None:
            times.append(late)
            sender.send(late)
    assert times == [1.0, 3.0, 7.0, 15.0]


@schemes
def test_what_is_no_acknowledgement_is_ignored(scheme: str) -> None:
    sender, first = begun(SCHEMES[scheme][0])
    junk = [b"", b"x" * 2_000, first[0], ack(1, transfer=2), ack(500), ack(-1), ack(1)[:-1]]
    for datagram in junk:
        sender.receive(0.1, datagram)
    assert sender.ignored == len(junk)
    assert sender.send(0.1) == []
    sender.receive(0.1, ack(1, bits=b"\xff" * 1_184))
    assert sender.ignored == len(junk), "bits of packets that were never sent do no harm"


@schemes
def test_a_buffer_is_bounded_and_has_room_again(scheme: str) -> None:
    sender = SCHEMES[scheme][0](1, content=10, buffer=25)
    assert sender.write(bytes(100)) == 25
    assert sender.write(b"x") == 0
    sender.send(0.0)
    assert sender.write(b"x") == 0, "what is under way is held too"
    sender.receive(0.1, ack(1))
    assert sender.write(bytes(100)) == 10


@schemes
def test_the_end_is_sent_and_acknowledged_like_content(scheme: str) -> None:
    sender = SCHEMES[scheme][0](1)
    sender.end()
    (datagram,) = sender.send(0.0)
    assert decoded(datagram).kind == END
    assert not sender.finished
    assert sender.send(1.0) == [datagram]
    sender.receive(1.1, ack(1))
    assert sender.finished
    assert sender.next_timer() is None
    assert sender.send(99.0) == []
    with pytest.raises(Ended):
        sender.write(b"more")


@schemes
def test_a_receiver_without_room_is_probed(scheme: str) -> None:
    sender, _ = begun(SCHEMES[scheme][0], 10, window=1)
    sender.receive(0.1, ack(1, room=0))
    assert sender.send(0.1) == []
    at = sender.next_timer()
    assert at == pytest.approx(0.1 + sender.timer.rto)
    assert places(sender.send(at)) == [1]
    for turn in range(1, 40):  # each probe is answered, and none of them is a silence
        again = sender.next_timer()
        assert again is not None and again > at + turn / 10
        assert places(sender.send(again)) == [1]
        sender.receive(again, ack(1, room=0))
    sender.receive(5_000.0, ack(2))
    assert places(sender.send(5_000.0)) == [2]


@schemes
def test_news_of_room_ends_the_wait(scheme: str) -> None:
    sender, _ = begun(SCHEMES[scheme][0], 10, window=1)
    sender.receive(0.1, ack(1, room=0))
    assert sender.send(0.1) == []
    sender.receive(0.2, ack(1, room=1))
    assert places(sender.send(0.2)) == [1]
    assert sender.next_timer() == pytest.approx(0.2 + sender.timer.rto), "no probe is due"


# Receivers


@schemes
def test_each_packet_is_taken_once_and_always_acknowledged(scheme: str) -> None:
    receiver = SCHEMES[scheme][1](1)
    for place, content, expected in ((0, b"a", 1), (0, b"a", 1), (1, b"b", 2), (0, b"a", 2)):
        receiver.receive(0.0, data(place, content))
        (answer,) = receiver.send(0.0)
        assert places([answer]) == [expected]
    assert receiver.read() == b"ab"
    assert receiver.send(0.0) == []


def test_out_of_order_packets_are_dropped_or_kept() -> None:
    strict, selective = InOrderReceiver(1), SelectiveReceiver(1)
    for receiver in (strict, selective):
        for place in (1, 3, 9):
            receiver.receive(0.0, data(place, b"%d" % place))
    assert decoded(strict.send(0.0)[0]).content == b""
    assert decoded(selective.send(0.0)[0]).content == bytes([0b10100000, 0b10000000])
    for receiver in (strict, selective):
        receiver.receive(0.1, data(0, b"0"))
    assert strict.read() == b"0"
    assert selective.read() == b"01"
    answer = decoded(selective.send(0.1)[0])
    assert (places([encode(answer)]), answer.content) == ([2], bytes([0b10000010]))


@schemes
def test_a_receiver_holds_no_more_than_its_window(scheme: str) -> None:
    receiver = SCHEMES[scheme][1](1, window=3)
    for place in range(5):
        receiver.receive(0.0, data(place, b"%d" % place))
    answer = decoded(receiver.send(0.0)[0])
    assert (answer.number, answer.room) == (4, 0)
    assert receiver.ignored == 2
    assert receiver.read() == b"012"
    assert decoded(receiver.send(0.1)[0]).room == 3, "who waits for room hears of it"
    assert receiver.read() == b""
    assert receiver.send(0.1) == []


@schemes
def test_what_is_no_packet_of_this_transfer_is_ignored(scheme: str) -> None:
    receiver = SCHEMES[scheme][1]()
    for datagram in (b"", b"hello", ack(0), data(0, b"x")[:-1]):
        receiver.receive(0.0, datagram)
    assert not receiver.begun
    receiver.receive(0.0, data(0, b"mine", transfer=7))
    receiver.receive(0.0, data(1, b"foreign", transfer=8))
    assert receiver.read() == b"mine"
    assert receiver.ignored == 5
    far = data(NUMBERS // 2 + 5, b"far", transfer=7)
    receiver.receive(0.0, far)
    assert receiver.read() == b""


@schemes
def test_after_the_end_a_receiver_answers_for_a_while(scheme: str) -> None:
    receiver = SCHEMES[scheme][1](1, linger=2.0)
    end = encode(Packet(END, 1, 2))
    receiver.receive(0.0, data(0, b"all"))
    receiver.receive(0.0, end)
    assert receiver.finished
    receiver.receive(1.5, end)
    assert places(receiver.send(1.5)) == [2]
    assert receiver.next_timer() == 3.5
    assert (receiver.closed(3.4), receiver.closed(3.5)) == (False, True)
    receiver.receive(1.6, data(2, b"more"))
    assert receiver.read() == b"all"
    assert receiver.ignored == 2


@schemes
def test_a_receiver_gives_up_with_words(scheme: str) -> None:
    receiver = SCHEMES[scheme][1](1, idle=5.0)
    assert receiver.next_timer() is None
    assert receiver.send(10.0) == []
    receiver.receive(12.0, data(0, b"x"))
    receiver.send(12.0)
    assert receiver.next_timer() == 17.0
    with pytest.raises(GaveUp, match="nothing came for 5 s; 1 packets came before, and no end"):
        receiver.send(17.0)


# Both, on a virtual clock


def paths(seed: int | str, **faults: float) -> tuple[Path, Path]:
    return Path(Faults(f"{seed}/there", **faults)), Path(Faults(f"{seed}/back", **faults))


@schemes
def test_all_octets_arrive_under_100_schedules_of_faults(scheme: str) -> None:
    """30 % loss each way, reordering and duplication; numbers that wrap; lengths around packets."""
    send, receive = SCHEMES[scheme]
    again = 0
    for seed in range(100):
        chance = random.Random(seed)
        near_the_end = NUMBERS - chance.randrange(20)
        transfer = chance.choice([chance.randrange(NUMBERS), near_the_end % NUMBERS])
        length = chance.choice([0, 1, CONTENT_LIMIT, chance.randrange(150_000)])
        content = chance.randbytes(length)
        sender = send(transfer, tries=40)
        outcome = simulate(sender, receive(), content, *paths(seed, **BAD))
        assert outcome.content == content, f"seed {seed}"
        again += outcome.again
    assert again > 500


@schemes
def test_equal_seeds_give_equal_outcomes(scheme: str) -> None:
    def run() -> Any:
        send, receive = SCHEMES[scheme]
        return simulate(send(5), receive(), bytes(20_000), *paths(3, **BAD))

    assert run() == run()


def test_a_window_fills_the_path_and_stop_and_wait_does_not() -> None:
    """One packet per round trip, against as many as the path holds: the rate of the path."""
    rates = {}
    for scheme, (send, receive) in SCHEMES.items():
        there = Path(Faults(1, delay=0.05), rate=120_000)
        back = Path(Faults(2, delay=0.05))
        outcome = simulate(send(1), receive(), bytes(592_000), there, back)
        rates[scheme] = 592_000 / outcome.seconds
    assert rates["stop-and-wait"] == pytest.approx(1184 / 0.11, rel=0.02)
    assert rates["go-back-n"] == rates["selective-repeat"] == pytest.approx(118_400, rel=0.03)


@schemes
def test_a_receiver_that_is_read_now_and_then_loses_nothing(scheme: str) -> None:
    """The program reads once in three packets' time; room runs out, and is announced again."""

    class Lazy:
        """A receiver whose program rarely reads."""

        def __init__(self, inner: Receiver) -> None:
            self.inner, self.calls = inner, 0
            self.receive, self.send = inner.receive, inner.send

        def read(self) -> bytes:
            self.calls += 1
            return self.inner.read() if self.calls % 7 == 0 or self.inner.finished else b""

    send, receive = SCHEMES[scheme]
    content = random.Random(1).randbytes(30_000)
    lazy: Any = Lazy(receive(window=4))
    outcome = simulate(send(1), lazy, content, *paths(1, loss=0.1, delay=0.01))
    assert outcome.content == content


@schemes
def test_a_path_that_carries_nothing_is_given_up(scheme: str) -> None:
    send, receive = SCHEMES[scheme]
    with pytest.raises(GaveUp):
        simulate(send(1), receive(), b"hello", *paths(1, loss=1.0))
    with pytest.raises(Stuck, match="nothing happens after"):
        simulate(send(1), receive(), b"hello", *paths(1, delay=9.0), longest=5.0)


# Over sockets


class Live:
    """A receiver in a thread, and a relay in front of it."""

    def __init__(self, receiver: Receiver) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.content = b""
        self.error: BaseException | None = None
        self.receiver = receiver
        self.thread = threading.Thread(target=self._receive)

    def _receive(self) -> None:
        try:
            for content in receive_all(self.socket, self.receiver):
                self.content += content
        except GaveUp as error:
            self.error = error


@pytest.fixture
def client() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        yield sock


@schemes
def test_live_over_a_lossy_relay(scheme: str, client: socket.socket) -> None:
    send, receive = SCHEMES[scheme]
    content = random.Random(scheme).randbytes(10_000)
    live = Live(receive(linger=0.3, idle=10))
    timer = RetransmissionTimer(first=0.02, shortest=0.01, longest=0.05)
    faults = {"loss": 0.2, "duplicate": 0.2, "reorder": 0.2, "hold": 0.005}
    with live.socket, LossyProxy(live.socket.getsockname(), 4, faults) as relay:
        relaying = threading.Thread(target=relay.serve)
        relaying.start()
        live.thread.start()
        client.connect(relay.address)
        client.send(b"a stray datagram")
        try:
            send_all(client, send(NUMBERS - 2, timer=timer, tries=100), content)
            live.thread.join()
        finally:
            relay.stop()
            relaying.join()
    assert live.content == content


def test_live_a_stranger_is_not_listened_to(client: socket.socket) -> None:
    live = Live(SelectiveReceiver(linger=0.05, idle=10))
    with live.socket, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        address = live.socket.getsockname()
        live.thread.start()
        client.connect(address)
        client.settimeout(10)
        client.send(data(0, b"true"))
        assert decoded(client.recv(2_000)).number == 2
        stranger.sendto(data(1, b"false"), address)
        client.send(encode(Packet(END, 1, 2)))
        live.thread.join()
    assert live.content == b"true"


def test_live_nobody_is_there(client: socket.socket) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        client.connect(closed.getsockname())
    timer = RetransmissionTimer(first=0.01, shortest=0.01, longest=0.02)
    with pytest.raises(GaveUp):
        send_all(client, StopAndWaitSender(1, timer=timer, tries=3), b"hello")
    live = Live(InOrderReceiver(idle=0.05))
    with live.socket:
        live.thread.start()
        live.thread.join()
    assert isinstance(live.error, GaveUp)
