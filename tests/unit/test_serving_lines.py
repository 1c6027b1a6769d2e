"""The line service without sockets: octets and a virtual clock in, octets and a deadline out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onthewire.serving import Limits, LineService

LIMITS = Limits(line=16, idle_time=60.0, line_time=10.0)


def started(answer=str.upper, limits=LIMITS, now=0.0):
    service = LineService(answer, limits)
    assert service.started(now) == b""
    assert not service.closing
    return service


def test_each_line_is_answered():
    service = started()
    assert service.received(b"one\ntwo\r\nthr", 1.0) == b"ONE\nTWO\n"
    assert service.received(b"ee\n", 2.0) == b"THREE\n"
    assert service.ended(3.0) == b""
    assert service.closing


@pytest.mark.parametrize(
    ("octets", "reply"),
    [
        (b"\xff\n", b"ERROR invalid UTF-8\n"),
        (b"x" * 17 + b"\n", b"ERROR line too long\n"),
        (b"a\rb\n", b"ERROR bare CR\n"),
        (b"\n", b"\n"),
        (b"x" * 16 + b"\n", b"X" * 16 + b"\n"),
    ],
)
def test_what_is_wrong_is_answered_and_the_conversation_goes_on(octets, reply):
    service = started()
    assert service.received(octets + b"next\n", 1.0) == reply + b"NEXT\n"
    assert not service.closing


def test_an_answer_may_be_longer_than_the_line():
    service = started()
    assert service.received("ŉŉŉŉŉŉŉŉ\n".encode(), 1.0) == "ʼNʼNʼNʼNʼNʼNʼNʼN\n".encode()


def test_a_rest_without_line_end_is_reported_at_the_end():
    service = started()
    assert service.received(b"a\nrest", 1.0) == b"A\n"
    assert service.ended(2.0) == b"ERROR unterminated line\n"
    assert service.closing


def test_a_line_that_was_refused_is_not_reported_again_at_the_end():
    service = started()
    assert service.received(b"x" * 17, 1.0) == b"ERROR line too long\n"
    assert service.ended(2.0) == b""


def test_a_client_without_a_place_is_told():
    service = LineService(str.upper)
    assert service.refused(0.0) == b"ERROR too many clients\n"
    assert service.closing


def test_a_silent_client_is_told_and_left():
    service = started(now=100.0)
    assert service.deadline() == 160.0
    assert service.expired(160.0) == b"ERROR idle too long\n"
    assert service.closing


def test_each_line_gives_new_idle_time():
    service = started()
    service.received(b"a\n", 59.0)
    assert service.deadline() == 119.0
    service.received(b"b", 118.0)
    service.received(b"\n", 127.0)
    assert service.deadline() == 187.0


def test_octets_give_no_new_time_for_their_line():
    service = started()
    for second in range(10):
        assert service.received(b"x", 5.0 + second) == b""
        assert service.deadline() == 15.0
    assert service.expired(15.0) == b"ERROR line took too long\n"
    assert service.closing


def test_a_line_that_is_dropped_has_no_more_time_than_others():
    service = started()
    service.received(b"x" * 16, 1.0)
    assert service.received(b"x", 5.0) == b"ERROR line too long\n"
    service.received(b"x", 9.0)
    assert service.deadline() == 11.0
    service.received(b"\ny", 10.0)
    assert service.deadline() == 20.0


def test_the_next_line_has_its_own_time():
    service = started()
    service.received(b"a", 1.0)
    service.received(b"\nb", 9.0)
    assert service.deadline() == 19.0
    service.received(b"\n", 12.0)
    assert service.deadline() == 72.0


@settings(max_examples=500, deadline=None)
@given(st.lists(st.binary(max_size=24), max_size=8), st.integers(1, 5))
def test_no_octets_raise_and_each_line_has_one_reply(lines, size):
    lines = [line.replace(b"\n", b"") for line in lines]
    stream = b"".join(line + b"\n" for line in lines)
    service = started()
    replies = b"".join(
        service.received(stream[at : at + size], 1.0) for at in range(0, len(stream), size)
    )
    assert replies.count(b"\n") == len(lines)
    assert not service.closing
    assert started().received(stream, 1.0) == replies
