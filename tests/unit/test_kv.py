"""The key-value protocol without sockets, then behind three servers.

The programs of chapter 22 are a second implementation, written apart from the library: what the
two reply to the same octets has to agree, down to the octet.
"""

import runpy
import socket
import sys
import threading
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onthewire.kv import (
    KV_LIMITS,
    TRANSITIONS,
    VALUE_LIMIT,
    CommandReader,
    Delete,
    Done,
    Error,
    Get,
    Greeting,
    Hello,
    Invalid,
    KvService,
    Missing,
    NoReply,
    Put,
    Quit,
    Refusal,
    ReplyReader,
    State,
    Step,
    Store,
    Value,
    encode_put,
    encode_reply,
)
from onthewire.serving import AsyncioServer, Limits, SelectorServer, ThreadServer
from onthewire.sockets import Deadline, recv_exactly

PROGRAMS = Path(__file__).parents[2] / "snippets" / "kv-protocol"
EXAMPLES = runpy.run_path(str(PROGRAMS / "kv_examples.py"))["EXAMPLES"]
INPUTS = 5_000


@pytest.fixture(scope="module")
def snippet():
    """What the chapter's `fuzz_kv` and `kvproto` define."""
    sys.path.insert(0, str(PROGRAMS))
    try:
        yield runpy.run_path(str(PROGRAMS / "fuzz_kv.py"))
    finally:
        sys.path.remove(str(PROGRAMS))


def replies_to(pieces, store=None):
    """All octets that the service says to a client that sends these pieces and then ends."""
    service = KvService(Store() if store is None else store)
    out = [service.started(0.0)]
    for piece in pieces:
        if not service.closing:
            out.append(service.received(piece, 1.0))
        assert len(service._reader._held) <= VALUE_LIMIT
    if not service.closing:
        out.append(service.ended(2.0))
    assert service.closing
    return b"".join(out)


def commands_of(octets):
    reader = CommandReader()
    return reader.feed(octets) + reader.end()


def in_pieces(octets, size):
    return [octets[start : start + size] for start in range(0, len(octets), size)]


# ---- commands -----------------------------------------------------------------------------------


def test_each_command():
    octets = b"KV 1\nSET a 3\nb\nc\nGET a\nDEL a\nSET b 0\n\nQUIT\nGET a\n"
    assert commands_of(octets) == [
        Hello(1),
        Put(b"a", b"b\nc"),
        Get(b"a"),
        Delete(b"a"),
        Put(b"b", b""),
        Quit(),
    ]


def test_a_value_cut_at_every_octet():
    octets = b"KV 1\n" + encode_put(b"key", b"GET a\nDEL a\n") + b"GET key\n"
    expected = commands_of(octets)
    assert expected == [Hello(1), Put(b"key", b"GET a\nDEL a\n"), Get(b"key")]
    for cut in range(1, len(octets)):
        reader = CommandReader()
        commands = reader.feed(octets[:cut]) + reader.feed(octets[cut:]) + reader.end()
        assert commands == expected, f"cut at octet {cut}"


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (b"KV 0\n", Error.VERSION),
        (b"KV 01\n", Error.VERSION),
        (b"KV 1000000\n", Error.VERSION),
        (b"KV 1 \n", Error.VERSION),
        (b"kv 1\n", Error.VERSION),
        (b"\n", Error.VERSION),
        (b"x" * 129, Error.LINE),
        (b"KV 1\n" + b"x" * 129, Error.LINE),
        (b"KV 1\nSET a 4097\n", Error.LENGTH),
        (b"KV 1\nSET a 999999999999999\n", Error.LENGTH),
        (b"KV 1\nSET a \xd9\xa5\n", Error.LENGTH),
        (b"KV 1\nSET a\n", Error.LENGTH),
        (b"KV 1\nSET a 1 \n", Error.LENGTH),
        (b"KV 1\nSET\n", Error.LENGTH),
        (b"KV 1\nSET a 1\nbc", Error.VALUE),
        (b"KV 1\nSET a 0\na", Error.VALUE),
    ],
)
def test_where_the_step_is_lost_it_ends(sent, error):
    assert error.closes
    reader = CommandReader()
    assert reader.feed(sent)[-1] == Invalid(error)
    assert reader.closed
    assert not reader.inside_command
    assert reader.feed(b"KV 1\nGET a\n") == reader.end() == []


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (b"get a\n", Error.COMMAND),
        (b"SETX a 1\n", Error.COMMAND),
        (b"QUIT \n", Error.COMMAND),
        (b"x" * 128 + b"\n", Error.COMMAND),
        (b"GET " + b"k" * 65 + b"\n", Error.KEY),
        (b"GET \n", Error.KEY),
        (b"GET a\r\n", Error.KEY),
        (b"DEL \xc3\xa9\n", Error.KEY),
        (b"SET \xff 4\nGET \n", Error.KEY),
    ],
)
def test_where_the_step_is_kept_it_goes_on(sent, error):
    assert not error.closes
    assert commands_of(b"KV 1\n" + sent + b"GET a\n") == [Hello(1), Invalid(error), Get(b"a")]


@pytest.mark.parametrize("sent", [b"K", b"KV 1\nG", b"KV 1\nSET a 2\n", b"KV 1\nSET a 2\nab"])
def test_an_end_inside_a_command_is_an_error(sent):
    assert commands_of(sent)[-1] == Invalid(Error.END)


@pytest.mark.parametrize("sent", [b"", b"KV 1\n", b"KV 1\nGET a\n"])
def test_an_end_between_commands_is_none(sent):
    reader = CommandReader()
    reader.feed(sent)
    assert reader.end() == []
    assert reader.closed


def test_every_state_can_be_reached_and_left():
    assert {to for _, to in TRANSITIONS.items()} | {State.HELLO} == set(State)
    assert {state for state, _ in TRANSITIONS} == set(State) - {State.CLOSED}
    assert {step for _, step in TRANSITIONS} == set(Step)


def test_an_announced_value_takes_no_memory_before_it_comes():
    readers = [CommandReader() for _ in range(100)]
    for reader in readers:
        reader.feed(b"KV 1\n")
    tracemalloc.start()
    try:
        for reader in readers:
            reader.feed(b"SET a 4096\nx")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100_000


def test_what_is_no_command_is_not_encoded():
    assert encode_put(b"a", b"b c") == b"SET a 3\nb c\n"
    with pytest.raises(ValueError, match="is no key"):
        encode_put(b"a 1\nDEL", b"")
    with pytest.raises(ValueError, match="4,097 octets; at most 4,096"):
        encode_put(b"a", bytes(4097))


# ---- replies ------------------------------------------------------------------------------------

REPLIES = [Greeting(1), Done(), Value(b""), Missing(), Value(b"OK\n"), Refusal(Error.FULL)]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_replies_come_back_in_any_pieces(size):
    reader = ReplyReader()
    octets = b"".join(map(encode_reply, REPLIES))
    found = [reply for piece in in_pieces(octets, size) for reply in reader.feed(piece)]
    assert found == REPLIES
    assert not reader.inside_reply


@pytest.mark.parametrize(
    "octets",
    [
        b"ok\n",
        b"\n",
        b"KV 0\n",
        b"ERR nothing\n",
        b"VALUE\n",
        b"VALUE -1\n",
        b"VALUE 4097\n",
        b"VALUE 1\nab",
        b"x" * 129,
    ],
)
def test_what_is_no_reply_ends_the_reading(octets):
    reader = ReplyReader()
    assert reader.feed(b"OK\n" + octets) == [Done(), NoReply(octets)]
    assert reader.feed(b"OK\n") == []


# ---- store --------------------------------------------------------------------------------------


def test_the_octets_of_the_store_have_a_limit():
    store = Store(limit=10)
    assert store.put(b"ab", b"12345678")
    assert not store.put(b"c", b"")
    assert not store.put(b"ab", b"123456789")
    assert store.get(b"ab") == b"12345678"
    assert store.put(b"ab", b"1")
    assert store.put(b"c", b"123456")
    assert store.used == 10
    assert store.delete(b"ab")
    assert not store.delete(b"ab")
    assert store.used == 7


def test_threads_do_not_lose_octets():
    store = Store()

    def work(name):
        for number in range(500):
            store.put(b"shared", name * (number % 7))
            store.put(name, name * (number % 5))
            store.delete(name)

    threads = [threading.Thread(target=work, args=[bytes([97 + name])]) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    value = store.get(b"shared")
    assert store.used == len(b"shared") + len(value)


# ---- the service --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_the_specification(name):
    sent, expected = EXAMPLES[name]
    for cut in range(1, len(sent)):
        assert replies_to([sent[:cut], sent[cut:]]) == expected, f"cut at octet {cut}"
    assert replies_to(in_pieces(sent, 1)) == expected


def test_a_full_store_is_told_and_the_conversation_goes_on():
    store = Store(limit=8)
    sent = b"KV 1\nSET a 8\n12345678\nSET a 7\n1234567\nGET a\n"
    assert replies_to([sent], store) == b"KV 1\nERR full\nOK\nVALUE 7\n1234567\n"


def test_a_client_without_a_place_is_told():
    service = KvService(Store())
    assert service.refused(0.0) == b"ERR busy\n"
    assert service.closing


LIMITS = Limits(idle_time=60.0, line_time=10.0)


def test_a_silent_client_is_told():
    service = KvService(Store(), LIMITS)
    service.started(100.0)
    assert service.deadline() == 160.0
    service.received(b"KV 1\n", 159.0)
    assert service.deadline() == 219.0
    assert service.expired(219.0) == b"ERR idle\n"
    assert service.closing


def test_octets_give_no_new_time_for_their_command():
    service = KvService(Store(), LIMITS)
    service.started(0.0)
    service.received(b"KV 1\nSET a 100\n", 5.0)
    for second in range(6, 14):
        assert service.received(b"x", float(second)) == b""
        assert service.deadline() == 15.0
    service.received(b"x" * 92 + b"\nGET", 14.0)
    assert service.deadline() == 24.0
    service.received(b" a\n", 20.0)
    assert service.deadline() == 80.0


def test_what_one_receive_is_answered_with_is_bounded():
    store = Store()
    store.put(b"a", bytes(VALUE_LIMIT))
    service = KvService(store)
    service.started(0.0)
    service.received(b"KV 1\n", 0.0)
    assert len(service.received((b"GET a\n" * 200)[: KV_LIMITS.receive], 0.0)) < 710_000


# ---- nonsense -----------------------------------------------------------------------------------


def test_five_thousand_inputs_are_answered_as_specified(snippet):
    """No error, the same replies in any pieces, all of them replies, and those of the snippet."""
    model = snippet["kvproto"]
    for seed in range(INPUTS):
        octets = snippet["input_of"](seed)
        expected = b"".join(snippet["replies_to"](model, [octets]))
        assert replies_to([octets]) == expected, f"seed {seed}"
        size = 1 + seed % 61 if len(octets) < 500 else 61
        assert replies_to(in_pieces(octets, size)) == expected, f"seed {seed}"
        reader = ReplyReader()
        assert not any(isinstance(reply, NoReply) for reply in reader.feed(expected))
        assert not reader.inside_reply


@settings(max_examples=500, deadline=None)
@given(st.lists(st.binary(max_size=12), max_size=8))
def test_any_octets_are_answered_with_replies(pieces):
    octets = b"KV 1\n" + b"".join(pieces)
    expected = replies_to([octets])
    assert replies_to([b"KV 1\n", *filter(None, pieces)]) == expected
    assert not any(isinstance(reply, NoReply) for reply in ReplyReader().feed(expected))


# ---- behind a server ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [ThreadServer, SelectorServer, AsyncioServer])
def test_clients_share_one_store_behind_each_server(kind):
    store = Store()
    server = kind(lambda: KvService(store, KV_LIMITS), limits=KV_LIMITS)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        for sent, expected in [
            (b"KV 1\n" + encode_put(b"a", bytes(4096)), b"KV 1\nOK\n"),
            (b"KV 1\nGET a\nDEL a\n", b"KV 1\n" + encode_reply(Value(bytes(4096))) + b"OK\n"),
            (b"KV 1\nSET a 5000\n" + bytes(5000), b"KV 1\nERR length\n"),
        ]:
            with socket.create_connection(server.address, timeout=10) as client:
                client.sendall(sent)
                client.shutdown(socket.SHUT_WR)
                assert recv_exactly(client, len(expected), Deadline(10)) == expected
                assert client.recv(1) == b""
    finally:
        server.stop()
        thread.join()
        server.close()
