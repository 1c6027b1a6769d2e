"""Header framing: bytes in, events out; lies cost nothing, and each flipped bit is seen."""

import struct
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onthewire.framing import (
    FRAME_LIMIT,
    BadChecksum,
    FramingError,
    HeaderFramer,
    Message,
    MessageTooLong,
    MessageTruncated,
    StreamEnded,
    TooLong,
    UnknownVersion,
    encode_message,
)


def events_of(pieces, limit=FRAME_LIMIT):
    """All events of a stream that arrives in these pieces and then ends."""
    framer = HeaderFramer(limit)
    events = []
    for piece in pieces:
        events += framer.feed(piece)
        assert len(framer._held) < 10 + limit or not framer.inside_message
    return events + framer.end()


def expected_events(stream, limit):
    """The same by the plainest means, with all octets at hand."""
    events = []
    while stream:
        if stream[0] != 1:
            return [*events, UnknownVersion(stream[0])]
        if len(stream) < 6:
            return [*events, MessageTruncated(len(stream), 10)]
        kind, length = stream[1], int.from_bytes(stream[2:6], "big")
        if length > limit:
            return [*events, MessageTooLong(kind, length, limit)]
        if len(stream) < 10 + length:
            return [*events, MessageTruncated(len(stream), 10 + length)]
        announced = int.from_bytes(stream[6:10], "big")
        content = stream[10 : 10 + length]
        computed = zlib.crc32(stream[:6] + content)
        if announced != computed:
            return [*events, BadChecksum(kind, announced, computed)]
        events.append(Message(kind, content))
        stream = stream[10 + length :]
    return events


def twenty_messages():
    messages = [(number, bytes([number]) * (number * 7 % 23)) for number in range(0, 256, 13)]
    stream = b"".join(encode_message(kind, content) for kind, content in messages)
    return stream, [Message(kind, content) for kind, content in messages]


def test_the_octets_of_a_message():
    # The checksum was computed bit by bit, without zlib.
    assert encode_message(7, b"hello") == bytes.fromhex("010700000005e82ab57d") + b"hello"
    assert encode_message(0, b"")[:6] == bytes.fromhex("010000000000")


def test_twenty_messages_cut_in_two_at_every_octet():
    stream, expected = twenty_messages()
    for cut in range(len(stream) + 1):
        assert events_of([stream[:cut], stream[cut:]]) == expected, f"cut at octet {cut}"


@pytest.mark.parametrize("size", [1, 2, 3, 5, 64])
def test_twenty_messages_in_pieces_of_one_size(size):
    stream, expected = twenty_messages()
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert events_of(pieces) == expected


def test_a_lying_length_is_refused_with_the_last_octet_of_it():
    framer = HeaderFramer()
    assert framer.feed(b"\x01\x07\xff\xff\xff") == []
    tracemalloc.start()
    try:
        assert framer.feed(b"\xff") == [MessageTooLong(7, 4_294_967_295, FRAME_LIMIT)]
        for _ in range(100):
            assert framer.feed(b"x" * 10_000) == []
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 30_000
    assert not framer.inside_message
    assert framer.end() == []


def test_a_length_within_the_limit_takes_no_memory_before_its_octets_come():
    framer = HeaderFramer(limit=50_000_000)
    tracemalloc.start()
    try:
        framer.feed(struct.pack("!BBII", 1, 7, 50_000_000, 0) + b"x")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10_000


def test_another_version_is_refused_with_its_first_octet():
    for version in (0, 2, 255):
        assert events_of([bytes([version])]) == [UnknownVersion(version)]
    assert events_of([encode_message(1, b"a") + b"GET / HTTP/1.1"]) == [
        Message(1, b"a"),
        UnknownVersion(ord("G")),
    ]


def test_every_flipped_bit_is_seen():
    whole = encode_message(1, b"hello") + encode_message(2, b"next")
    for bit in range(8 * len(encode_message(1, b"hello"))):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        first = events_of([bytes(damaged)])[0]
        assert not isinstance(first, Message), f"bit {bit}"


def test_the_checksum_that_was_announced_is_told():
    stream = bytearray(encode_message(3, b"hello"))
    right = int.from_bytes(stream[6:10], "big")
    stream[9] ^= 1
    assert events_of([bytes(stream)]) == [BadChecksum(3, right ^ 1, right)]


def test_the_limit_itself_is_allowed():
    assert events_of([encode_message(1, b"12345678")], limit=8) == [Message(1, b"12345678")]
    assert events_of([encode_message(1, b"123456789")], limit=8) == [MessageTooLong(1, 9, 8)]


@pytest.mark.parametrize(
    ("kept", "event"),
    [
        (1, MessageTruncated(1, 10)),
        (5, MessageTruncated(5, 10)),
        (6, MessageTruncated(6, 15)),
        (10, MessageTruncated(10, 15)),
        (14, MessageTruncated(14, 15)),
    ],
)
def test_an_end_inside_a_message_is_reported(kept, event):
    stream = encode_message(1, b"hello")[:kept]
    assert events_of([stream]) == [event]
    assert events_of([encode_message(2, b"whole") + stream]) == [Message(2, b"whole"), event]


def test_nothing_is_fed_after_the_end():
    framer = HeaderFramer()
    assert framer.end() == []
    with pytest.raises(StreamEnded):
        framer.feed(b"")
    with pytest.raises(StreamEnded):
        framer.end()


def test_what_has_no_place_in_a_header_is_not_encoded():
    assert encode_message(255, b"12345", limit=5)[10:] == b"12345"
    with pytest.raises(TooLong, match="6 octets to send, at most 5"):
        encode_message(1, b"123456", limit=5)
    for kind in (-1, 256):
        with pytest.raises(FramingError, match="0 to 255"):
            encode_message(kind, b"")


PIECES = st.lists(
    st.one_of(
        st.binary(max_size=10),
        st.binary(max_size=12).map(lambda content: encode_message(5, content)),
        st.integers(0, 20).map(lambda length: struct.pack("!BBI", 1, 9, length)),
        st.integers(0, 12).map(lambda cut: encode_message(6, b"ab")[:cut]),
    ),
    max_size=10,
)


@settings(max_examples=2_000, deadline=None)
@given(PIECES, st.integers(0, 16))
def test_any_octets_in_any_pieces_against_the_plain_way(pieces, limit):
    assert events_of(pieces, limit) == expected_events(b"".join(pieces), limit)


@settings(max_examples=1_000, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=30))), st.integers(1, 9))
def test_what_is_encoded_comes_back(messages, size):
    stream = b"".join(encode_message(kind, content) for kind, content in messages)
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert events_of(pieces) == [Message(kind, content) for kind, content in messages]
