"""Length framing: bytes in, events out; a lying length costs nothing."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onthewire.framing import (
    FRAME_LIMIT,
    Frame,
    FrameTooLong,
    FrameTruncated,
    FramingError,
    LengthFramer,
    StreamEnded,
    TooLong,
    encode_frame,
)


def events_of(pieces, limit=FRAME_LIMIT):
    """All events of a stream that arrives in these pieces and then ends."""
    framer = LengthFramer(limit)
    events = []
    for piece in pieces:
        events += framer.feed(piece)
        assert len(framer._held) < 4 + limit or not framer.inside_frame
    return events + framer.end()


def expected_events(stream, limit):
    """The same by the plainest means, with all octets at hand."""
    events = []
    while len(stream) >= 4:
        length = int.from_bytes(stream[:4], "big")
        if length > limit:
            return [*events, FrameTooLong(length, limit)]
        if len(stream) < 4 + length:
            return [*events, FrameTruncated(len(stream), 4 + length)]
        events.append(Frame(stream[4 : 4 + length]))
        stream = stream[4 + length :]
    return [*events, FrameTruncated(len(stream), 4)] if stream else events


def thirty_messages():
    contents = [bytes([number]) * (number * 7 % 23) for number in range(30)]
    return b"".join(map(encode_frame, contents)), [Frame(content) for content in contents]


def test_thirty_messages_cut_in_two_at_every_octet():
    stream, expected = thirty_messages()
    for cut in range(len(stream) + 1):
        assert events_of([stream[:cut], stream[cut:]]) == expected, f"cut at octet {cut}"


@pytest.mark.parametrize("size", [1, 2, 3, 5, 64])
def test_thirty_messages_in_pieces_of_one_size(size):
    stream, expected = thirty_messages()
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert events_of(pieces) == expected


def test_the_length_is_four_octets_the_most_significant_first():
    assert encode_frame(b"abc") == b"\x00\x00\x00\x03abc"
    assert events_of([b"\x00\x00\x01\x00" + b"x" * 256]) == [Frame(b"x" * 256)]
    assert events_of([b"\x00\x00\x00\x00"]) == [Frame(b"")]


def test_a_lying_length_is_refused_with_its_fourth_octet():
    framer = LengthFramer()
    assert framer.feed(b"\xff\xff\xff") == []
    tracemalloc.start()
    try:
        assert framer.feed(b"\xff") == [FrameTooLong(4_294_967_295, FRAME_LIMIT)]
        for _ in range(100):
            assert framer.feed(b"x" * 10_000) == []
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 30_000
    assert not framer.inside_frame
    assert framer.end() == []


def test_a_length_within_the_limit_takes_no_memory_before_its_octets_come():
    framer = LengthFramer(limit=50_000_000)
    tracemalloc.start()
    try:
        framer.feed((50_000_000).to_bytes(4, "big") + b"x")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10_000


def test_frames_before_a_refused_one_are_given():
    assert events_of([encode_frame(b"a") + b"\x00\x00\x00\x09123456789"], limit=8) == [
        Frame(b"a"),
        FrameTooLong(9, 8),
    ]


def test_the_limit_itself_is_allowed():
    assert events_of([encode_frame(b"12345678")], limit=8) == [Frame(b"12345678")]


@pytest.mark.parametrize(
    ("stream", "event"),
    [
        (b"\x00", FrameTruncated(1, 4)),
        (b"\x00\x00\x00", FrameTruncated(3, 4)),
        (b"\x00\x00\x00\x05", FrameTruncated(4, 9)),
        (b"\x00\x00\x00\x05abcd", FrameTruncated(8, 9)),
    ],
)
def test_an_end_inside_a_frame_is_reported(stream, event):
    assert events_of([stream]) == [event]
    assert events_of([encode_frame(b"whole") + stream]) == [Frame(b"whole"), event]


def test_nothing_is_fed_after_the_end():
    framer = LengthFramer()
    assert framer.end() == []
    with pytest.raises(StreamEnded):
        framer.feed(b"")
    with pytest.raises(StreamEnded):
        framer.end()


def test_a_frame_over_the_limit_is_not_encoded():
    assert encode_frame(b"12345", limit=5) == b"\x00\x00\x00\x0512345"
    with pytest.raises(TooLong, match="6 octets to send, at most 5") as caught:
        encode_frame(b"123456", limit=5)
    assert isinstance(caught.value, FramingError)


PIECES = st.lists(
    st.one_of(
        st.binary(max_size=10),
        st.binary(max_size=12).map(encode_frame),
        st.integers(0, 20).map(lambda length: length.to_bytes(4, "big")),
    ),
    max_size=10,
)


@settings(max_examples=2_000, deadline=None)
@given(PIECES, st.integers(0, 16))
def test_any_octets_in_any_pieces_against_the_plain_way(pieces, limit):
    assert events_of(pieces, limit) == expected_events(b"".join(pieces), limit)


@settings(max_examples=1_000, deadline=None)
@given(st.lists(st.binary(max_size=30)), st.integers(1, 9))
def test_what_is_encoded_comes_back(contents, size):
    stream = b"".join(map(encode_frame, contents))
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert events_of(pieces) == [Frame(content) for content in contents]
