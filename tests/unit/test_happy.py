"""Racing addresses: the decisions on a clock that is a number, and real connections."""

import contextlib
import math
import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onthewire.happy import Address, Race, alternating, connect

V4, V6 = socket.AF_INET, socket.AF_INET6


def address(family, number):
    return Address(family, (f"{family.name}-{number}", 80))


def test_families_take_turns_and_the_first_stays_first():
    found = [address(V6, 1), address(V6, 2), address(V6, 3), address(V4, 1), address(V4, 2)]
    assert alternating(found) == [found[0], found[3], found[1], found[4], found[2]]
    assert alternating(found[::-1])[0] == found[-1]
    assert alternating([found[0], found[0]]) == [found[0]]


@given(st.lists(st.tuples(st.sampled_from([V4, V6]), st.integers(0, 5)).map(lambda p: address(*p))))
def test_no_address_is_lost_or_moved_within_its_family(found):
    result = alternating(found)
    for family in (V4, V6):
        mine = [each for each in dict.fromkeys(found) if each.family == family]
        assert [each for each in result if each.family == family] == mine
    assert len(result) == len(set(found))


def test_attempts_are_staggered():
    first, second, third = (address(V4, number) for number in range(3))
    race = Race([first, second, third], delay=0.25)
    assert race.begin(10.0) == first
    assert (race.begin(10.0), race.due) == (None, 10.25)
    assert race.begin(10.2) is None
    assert race.begin(10.3) == second
    assert race.due == 10.55
    assert race.begin(10.6) == third
    assert (race.due, race.running, race.begin(99.0)) == (math.inf, 3, None)


def test_a_failure_lets_the_next_begin_at_once():
    first, second = address(V6, 1), address(V4, 1)
    race = Race([first, second])
    race.begin(1.0)
    race.failed(1.01)
    assert (race.due, race.lost) == (1.01, False)
    assert race.begin(1.01) == second
    race.failed(1.5)
    assert race.lost


def test_the_last_failure_is_not_overtaken_by_one_still_running():
    race = Race([address(V6, 1), address(V4, 1)], delay=0.25)
    race.begin(0.0)
    race.begin(0.25)
    race.failed(0.3)
    assert not race.lost
    assert race.due == math.inf


def test_a_race_without_addresses_is_an_error():
    with pytest.raises(ValueError, match="needs an address"):
        Race([])


@contextlib.contextmanager
def listening(family=V4):
    with socket.create_server(("::1" if family == V6 else "127.0.0.1", 0), family=family) as it:
        yield it.getsockname()


@contextlib.contextmanager
def refusing():
    with listening() as where:
        pass
    yield where


@contextlib.contextmanager
def silent():
    """A listening socket whose queue is full; on Linux it answers nobody."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        with socket.create_connection(listener.getsockname(), 5):
            yield listener.getsockname()


def answers(*places):
    """In place of the system's resolver."""

    def resolve(_host, _port, **more):
        return [(V6 if ":" in each[0] else V4, more["type"], 0, "", each) for each in places]

    return resolve


linux = pytest.mark.skipif("sys.platform != 'linux'", reason="elsewhere a full queue refuses")


def test_the_first_that_answers_wins():
    with listening() as here, listening() as there:
        with connect("name", 1, resolve=answers(here, there)) as sock:
            assert sock.getpeername() == here
            assert sock.gettimeout() is None


def test_a_refusal_is_passed_over_at_once():
    with refusing() as dead, listening() as here:
        # A delay that would end the test, were it waited for.
        with connect("name", 1, delay=600, timeout=500, resolve=answers(dead, here)) as sock:
            assert sock.getpeername() == here


@linux
def test_silence_is_overtaken():
    with silent() as dead, listening() as here:
        with connect("name", 1, delay=0.02, resolve=answers(dead, here)) as sock:
            assert sock.getpeername() == here


@linux
def test_all_silent_is_a_timeout():
    with silent() as dead, pytest.raises(TimeoutError, match=r"name answered within 0\.1 s"):
        connect("name", 1, timeout=0.1, delay=0.02, resolve=answers(dead, dead))


def test_all_refused_is_the_error_of_the_first():
    with refusing() as dead, refusing() as gone:
        with pytest.raises(ConnectionRefusedError, match=f"port {dead[1]} failed"):
            connect("name", 1, resolve=answers(dead, gone))


def test_an_address_that_cannot_be_tried_is_a_failure_like_any_other(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect_ex", lambda *_: 13)
    with listening() as here, pytest.raises(OSError, match=r"127\.0\.0\.1 port"):
        connect("name", 1, resolve=answers(here))


def test_a_family_that_the_system_does_not_have_is_a_failure_like_any_other():
    with listening() as here:
        strange = (socket.AddressFamily(0), socket.SOCK_STREAM, 0, "", ("nowhere", 1))

        def resolve(*_, **__):
            return [strange, (V4, socket.SOCK_STREAM, 0, "", here)]

        with connect("name", 1, resolve=resolve) as sock:
            assert sock.getpeername() == here


def test_losers_are_closed():
    with listening() as here:
        before = threading.active_count()
        with connect("name", 1, resolve=answers(here, here)):
            pass
        assert threading.active_count() == before


def test_a_name_without_addresses_is_the_error_of_the_resolver():
    def resolve(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(socket.gaierror):
        connect("nothing.invalid", 1, resolve=resolve)
