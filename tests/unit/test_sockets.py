"""Receiving and sending whole messages under a deadline: socket pairs and a virtual clock."""

import socket
import threading
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onthewire.sockets import (
    Deadline,
    DeadlineExceeded,
    EndOfStream,
    LimitExceeded,
    Reader,
    recv_exactly,
    send_all,
)


class VirtualClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


class Pieces:
    """A socket whose peer sends these pieces, `every` seconds apart, then ends the stream.

    A call that would have to wait longer than the socket's timeout lets the clock run to the
    timeout and raises, as a real one does.
    """

    def __init__(self, pieces, clock=None, every=0.0):
        self.pieces = list(pieces)
        self.clock = clock or VirtualClock()
        self.every = every
        self.timeout = None
        self.asked = []

    def gettimeout(self):
        return self.timeout

    def settimeout(self, seconds):
        self.timeout = seconds

    def _wait(self):
        if self.timeout is not None and self.every > self.timeout:
            self.clock.now += self.timeout
            raise TimeoutError("timed out")
        self.clock.now += self.every

    def recv(self, size):
        self.asked.append(size)
        if not self.pieces:
            return b""
        self._wait()
        piece = self.pieces.pop(0)
        if len(piece) > size:
            self.pieces.insert(0, piece[size:])
        return piece[:size]


class Sips(Pieces):
    """A socket whose peer reads `sip` octets at a time, `every` seconds apart."""

    def __init__(self, sip, clock, every):
        super().__init__([], clock, every)
        self.sip = sip
        self.taken = b""

    def send(self, data):
        self._wait()
        self.taken += bytes(data[: self.sip])
        return min(self.sip, len(data))


def octets(data):
    return [bytes([octet]) for octet in data]


@contextmanager
def pair():
    """Two connected stream sockets; nothing waits longer than 10 s."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(10)
        theirs.settimeout(10)
        yield ours, theirs


# What recv_exactly and Reader.recv_exactly have in common.
EXACTLY = pytest.mark.parametrize(
    "exactly",
    [recv_exactly, lambda sock, size, deadline=None: Reader(sock).recv_exactly(size, deadline)],
    ids=["function", "Reader"],
)


@EXACTLY
def test_exactly_joins_pieces_cut_anywhere(exactly):
    message = b"0123456789"
    for cut in range(1, len(message)):
        assert exactly(Pieces([message[:cut], message[cut:]]), 10) == message
    assert exactly(Pieces(octets(message)), 10) == message
    assert exactly(Pieces([]), 0) == b""


def test_exactly_asks_for_no_octet_of_the_next_message():
    sock = Pieces([b"firstsecond"])
    assert recv_exactly(sock, 5) == b"first"
    assert recv_exactly(sock, 6) == b"second"
    assert sock.asked == [5, 6]


def test_exactly_asks_for_no_more_memory_than_a_piece():
    sock = Pieces([b"x" * 100_000])
    assert len(recv_exactly(sock, 100_000)) == 100_000
    assert max(sock.asked) == 65_536


@EXACTLY
def test_exactly_says_how_much_had_come_when_the_stream_ends(exactly):
    with pytest.raises(EndOfStream, match="after 3 octets; expected 10 octets") as caught:
        exactly(Pieces([b"ab", b"c"]), 10)
    assert (caught.value.received, caught.value.expected) == (3, 10)
    with pytest.raises(EOFError):
        exactly(Pieces([]), 1)


@EXACTLY
def test_a_dripping_peer_cannot_extend_the_deadline(exactly):
    clock = VirtualClock()
    sock = Pieces(octets(b"x" * 100), clock, every=0.45)
    with pytest.raises(DeadlineExceeded, match="within 2 s; 4 octets") as caught:
        exactly(sock, 100, Deadline(2, clock))
    assert clock.now == pytest.approx(1_002.0)
    assert (caught.value.seconds, caught.value.done) == (2, 4)
    assert isinstance(caught.value, TimeoutError)


@EXACTLY
def test_a_silent_peer_is_left_at_the_deadline(exactly):
    clock = VirtualClock()
    with pytest.raises(DeadlineExceeded):
        exactly(Pieces([b"x"], clock, every=1_000), 1, Deadline(3, clock))
    assert clock.now == pytest.approx(1_003.0)


@EXACTLY
def test_a_passed_deadline_ends_without_waiting(exactly):
    clock = VirtualClock()
    deadline = Deadline(1, clock)
    clock.now += 1
    sock = Pieces([b"x"], clock)
    with pytest.raises(DeadlineExceeded):
        exactly(sock, 1, deadline)
    assert sock.asked == []


@EXACTLY
@pytest.mark.parametrize("every", [0.0, 9.0])
def test_the_socket_keeps_its_own_timeout(exactly, every):
    clock = VirtualClock()
    sock = Pieces([b"ab"], clock, every)
    sock.settimeout(30.0)
    try:
        exactly(sock, 2, Deadline(5, clock))
    except DeadlineExceeded:
        assert every
    assert sock.gettimeout() == 30.0


@EXACTLY
def test_without_a_deadline_the_sockets_timeout_bounds_each_wait(exactly):
    sock = Pieces(octets(b"abcdef"), every=0.9)
    sock.settimeout(1.0)
    assert exactly(sock, 6) == b"abcdef"
    sock = Pieces(octets(b"abcdef"), every=1.1)
    sock.settimeout(1.0)
    with pytest.raises(TimeoutError) as caught:
        exactly(sock, 6)
    assert not isinstance(caught.value, DeadlineExceeded)


def test_until_cut_anywhere_loses_nothing():
    stream = b"PUT 5\r\nhelloGET\r\n\r\nrest"
    for cut in range(len(stream) + 1):
        reader = Reader(Pieces([stream[:cut] or stream, stream[cut:]] if cut else [stream]))
        assert reader.recv_until(b"\r\n", 100) == b"PUT 5"
        assert reader.recv_exactly(5) == b"hello"
        assert reader.recv_until(b"\r\n", 100) == b"GET"
        assert reader.recv_until(b"\r\n", 100) == b""
        assert reader.recv_exactly(4) == b"rest"


@pytest.mark.parametrize("delimiter", [b"\n", b"\r\n", b"--end--"])
@pytest.mark.parametrize("size", [1, 3, 64])
def test_until_respects_its_limit_to_the_octet(delimiter, size):
    def reader(before):
        stream = b"x" * before + delimiter
        return Reader(Pieces([stream[at : at + size] for at in range(0, len(stream), size)]))

    assert reader(8).recv_until(delimiter, 8) == b"x" * 8
    assert reader(0).recv_until(delimiter, 0) == b""
    with pytest.raises(LimitExceeded, match="within 8 octets") as caught:
        reader(9).recv_until(delimiter, 8)
    assert caught.value.limit == 8


def test_until_without_a_delimiter_holds_no_more_than_the_limit_and_a_piece():
    sock = Pieces([b"x" * 10_000] * 100)
    reader = Reader(sock)
    with pytest.raises(LimitExceeded):
        reader.recv_until(b"\n", 20_000)
    assert len(reader._held) == 30_000


def test_until_says_how_much_had_come_when_the_stream_ends():
    reader = Reader(Pieces([b"a\nbc"]))
    assert reader.recv_until(b"\n", 10) == b"a"
    with pytest.raises(EndOfStream, match="after 2 octets; expected a delimiter") as caught:
        reader.recv_until(b"\n", 10)
    assert (caught.value.received, caught.value.expected) == (2, None)


def test_an_end_between_two_messages_has_received_nothing():
    reader = Reader(Pieces([b"a\n"]))
    reader.recv_until(b"\n", 10)
    with pytest.raises(EndOfStream) as caught:
        reader.recv_until(b"\n", 10)
    assert caught.value.received == 0


def test_an_empty_delimiter_is_an_error():
    with pytest.raises(ValueError, match="empty delimiter"):
        Reader(Pieces([b"a"])).recv_until(b"", 10)


def test_until_is_bounded_by_its_deadline_and_goes_on_with_what_it_had():
    clock = VirtualClock()
    reader = Reader(Pieces(octets(b"abc\ndef\n"), clock, every=1.0))
    with pytest.raises(DeadlineExceeded) as caught:
        reader.recv_until(b"\n", 10, Deadline(2.5, clock))
    assert caught.value.done == 2
    assert clock.now == pytest.approx(1_002.5)
    assert reader.recv_until(b"\n", 10, Deadline(5, clock)) == b"abc"
    assert reader.recv_until(b"\n", 10, Deadline(5, clock)) == b"def"


def test_until_searches_each_octet_once():
    class CountingBuffer(bytearray):
        looked_at = 0

        def find(self, wanted, start=0):
            CountingBuffer.looked_at += len(self) - start
            return super().find(wanted, start)

    reader = Reader(Pieces(octets(b"x" * 2_000 + b"\r\n")))
    reader._held = CountingBuffer()
    reader.recv_until(b"\r\n", 4_000)
    assert CountingBuffer.looked_at <= 2 * 2_002


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.binary(max_size=8), max_size=6),
    st.sampled_from([b"\n", b"ab", b"aa"]),
    st.integers(1, 5),
)
def test_until_reads_any_messages_in_any_pieces(messages, delimiter, size):
    messages = [message.replace(delimiter[:1], b"") for message in messages]
    stream = b"".join(message + delimiter for message in messages)
    reader = Reader(Pieces([stream[at : at + size] for at in range(0, len(stream), size)]))
    assert [reader.recv_until(delimiter, 8) for _ in messages] == messages
    assert reader._held == b""


def test_send_all_sends_all_in_order():
    clock = VirtualClock()
    message = bytes(range(256))
    sock = Sips(7, clock, every=0.01)
    sock.settimeout(1.0)
    send_all(sock, message, Deadline(10, clock))
    assert sock.taken == message
    assert sock.gettimeout() == 1.0


def test_a_peer_that_sips_cannot_extend_the_deadline_of_a_send():
    clock = VirtualClock()
    with pytest.raises(DeadlineExceeded, match="within 2 s; 4 octets") as caught:
        send_all(Sips(1, clock, every=0.45), b"x" * 100, Deadline(2, clock))
    assert caught.value.done == 4
    assert clock.now == pytest.approx(1_002.0)


def test_send_all_without_a_deadline_keeps_to_the_sockets_timeout():
    sock = Sips(1, VirtualClock(), every=0.45)
    sock.settimeout(0.5)
    send_all(sock, b"abc")
    assert sock.taken == b"abc"
    sock.settimeout(0.3)
    with pytest.raises(TimeoutError) as caught:
        send_all(sock, b"abc")
    assert not isinstance(caught.value, DeadlineExceeded)


def test_a_deadline_counts_down_to_zero_by_its_clock():
    clock = VirtualClock()
    deadline = Deadline(2.5, clock)
    assert (deadline.remaining(), deadline.expired) == (2.5, False)
    clock.now += 2
    assert (deadline.remaining(), deadline.expired) == (0.5, False)
    clock.now += 0.5
    assert (deadline.remaining(), deadline.expired) == (0.0, True)
    clock.now += 100
    assert (deadline.remaining(), deadline.expired) == (0.0, True)


def test_real_sockets_receive_what_was_sent():
    message = bytes(range(256)) * 4_096
    with pair() as (ours, theirs):
        sender = threading.Thread(target=send_all, args=(theirs, message, Deadline(10)))
        sender.start()
        try:
            assert recv_exactly(ours, len(message), Deadline(10)) == message
        finally:
            sender.join()
        theirs.sendall(b"one\ntwo\n3")
        theirs.shutdown(socket.SHUT_WR)
        reader = Reader(ours)
        assert reader.recv_until(b"\n", 10, Deadline(10)) == b"one"
        assert reader.recv_until(b"\n", 10, Deadline(10)) == b"two"
        with pytest.raises(EndOfStream) as caught:
            reader.recv_until(b"\n", 10, Deadline(10))
        assert caught.value.received == 1


def test_a_real_silent_peer_is_left_at_the_deadline():
    with pair() as (ours, _):
        with pytest.raises(DeadlineExceeded):
            recv_exactly(ours, 1, Deadline(0.02))
        with pytest.raises(DeadlineExceeded):
            Reader(ours).recv_until(b"\n", 10, Deadline(0.02))
        assert ours.gettimeout() == 10


def test_a_real_peer_that_never_reads_is_left_at_the_deadline():
    with pair() as (ours, _), pytest.raises(DeadlineExceeded) as caught:
        send_all(ours, b"x" * 50_000_000, Deadline(0.05))
    assert 0 < caught.value.done < 50_000_000
