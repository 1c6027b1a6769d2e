"""The misbehaving peers, each against a plain socket: what they put on the wire, and when."""

import socket

import pytest

from courseware.checker.peers import (
    ChunkyPeer,
    DripPeer,
    FloodPeer,
    GarbagePeer,
    NonReader,
    Peer,
    ResetPeer,
    SilentPeer,
)
from courseware.checker.report import Failed, TimedOut

PATIENCE = 5


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        yield listener


def pair(listener, kind):
    """A peer as the client, and the server's plain socket."""
    peer = kind.connect(listener.getsockname(), PATIENCE)
    sock, _ = listener.accept()
    sock.settimeout(PATIENCE)
    return peer, sock


def test_a_peer_is_a_server_just_as_well(listener):
    client = socket.create_connection(listener.getsockname(), PATIENCE)
    with client, SilentPeer.accept(listener) as peer:
        peer.begin(b"220 ")
        assert client.recv(100) == b"220 "


def test_accept_gives_up(listener):
    with pytest.raises(TimeoutError):
        Peer.accept(listener, patience=0.01)


def test_splits_are_all_of_them():
    splits = list(ChunkyPeer.splits(b"abc"))
    assert splits == [[b"a", b"bc"], [b"ab", b"c"], [b"a", b"b", b"c"]]
    assert all(b"".join(pieces) == b"abc" for pieces in splits)


def test_chunky_pieces_arrive_one_by_one(listener):
    peer, sock = pair(listener, ChunkyPeer)
    with peer, sock:
        peer.send(b"ab")
        assert sock.recv(100) == b"ab"
        # The second piece goes out only once the first is received.
        peer.patience = 0.01
        peer.send_pieces([b"c", b"d"])
        assert sock.recv(100) == b"cd"


def test_an_answer_to_half_a_message_is_reported(listener):
    peer, sock = pair(listener, ChunkyPeer)
    with peer, sock:
        sock.sendall(b"too soon")
        assert peer.received_now(0.2) == b"too soon"
        with pytest.raises(Failed, match=r"after 1 octet; the message was not complete") as caught:
            peer.send_octets(b"line\n", one_message=True)
        assert (caught.value.sent, caught.value.received) == (b"l", b"too soon")


def test_silence_leaves_the_connection_open(listener):
    peer, sock = pair(listener, SilentPeer)
    with peer, sock:
        peer.begin(b"half a li")
        assert sock.recv(100) == b"half a li"
        sock.settimeout(0.01)
        with pytest.raises(TimeoutError):
            sock.recv(100)


def test_drip_sends_one_octet_a_call(listener):
    peer, sock = pair(listener, DripPeer)
    with peer, sock:
        peer.patience = 0.01
        peer.load(b"ab")
        assert peer.drip()
        assert sock.recv(100) == b"a"
        assert peer.drip()
        assert not peer.drip()
        assert sock.recv(100) == b"b"


def test_drip_every_stops_at_an_answer_and_at_an_end(listener):
    peer, sock = pair(listener, DripPeer)
    with peer, sock:
        peer.patience = 0.01
        sock.sendall(b"stop")
        peer.load(b"abcdef")
        assert peer.drip_every(PATIENCE) == b"stop"
        sock.shutdown(socket.SHUT_WR)
        assert peer.drip_every(PATIENCE) == b""
        assert peer.message == b"cdef"


def test_reset_is_no_end_of_stream(listener):
    peer, sock = pair(listener, ResetPeer)
    with sock:
        peer.strike()
        with pytest.raises(ConnectionResetError):
            sock.recv(100)


def test_garbage_is_the_same_for_the_same_seed(listener):
    peer, sock = pair(listener, GarbagePeer)
    with peer, sock:
        first = peer.send_garbage(7, 500, without=b"\n")
        assert len(first) == 500
        assert b"\n" not in first
        assert peer.send_garbage(7, 500, without=b"\n") == first
        assert peer.send_garbage(8, 500) != first


def test_flood_stops_at_its_limit_at_a_stall_and_at_an_end(listener):
    peer, sock = pair(listener, FloodPeer)
    with peer, sock:
        taken, why = peer.flood(b"line\n", 10_000)
        assert why == "limit"
        assert taken >= 10_000
        taken, why = peer.flood(b"line\n", 1_000_000_000)
        assert why == "stalled"
        assert taken < 100_000_000
    peer, sock = pair(listener, FloodPeer)
    with peer:
        sock.close()
        assert peer.flood(b"line\n", 1_000_000_000)[1] == "ended"


def test_a_non_reader_takes_little(listener):
    peer, sock = pair(listener, NonReader)
    with peer, sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        sock.settimeout(0.05)
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 50_000_000:
                sent += sock.send(bytes(65_536))
        assert sent < 5_000_000


def test_expect_tells_late_ended_and_wrong_apart(listener):
    peer, sock = pair(listener, Peer)
    with peer, sock:
        sock.sendall(b"Hell")
        with pytest.raises(TimedOut, match=r"^Time-out: 4 of 6 octets of the greeting came"):
            peer.expect(b"Hello\n", "the greeting", within=0.05)
        sock.sendall(b"a\nrest")
        with pytest.raises(Failed, match=r"^Wrong octets in the greeting\.$") as caught:
            peer.expect(b"Hello\n", "the greeting")
        assert caught.value.received == b"Hella\n"
    peer, sock = pair(listener, Peer)
    with peer:
        with sock:
            sock.sendall(b"Hello")
        with pytest.raises(Failed, match=r"^The connection ended after 5 of 6 octets"):
            peer.expect(b"Hello\n", "the greeting")


def test_what_comes_behind_is_kept_for_the_next(listener):
    peer, sock = pair(listener, Peer)
    with peer:
        with sock:
            sock.sendall(b"one\ntwo\n")
        peer.expect(b"one\n", "the first")
        with pytest.raises(Failed, match=r"^More octets came after the first"):
            peer.expect_end("the first")
        peer.expect(b"two\n", "the second")
        peer.expect_end("the second")


def test_expect_end_reports_an_open_connection(listener):
    peer, sock = pair(listener, Peer)
    with peer, sock:
        with pytest.raises(TimedOut, match=r"still open 0\.05 s after the reply"):
            peer.expect_end("the reply", within=0.05)
