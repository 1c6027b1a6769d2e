"""Chapter 22: the second version of a protocol, with notes that nobody asked for at that moment."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

from courseware.checker.chance import Chance
from courseware.checker.peers import ChunkyPeer, NonReader
from courseware.checker.report import Failed
from courseware.checker.wire import QUICK_ACKNOWLEDGMENTS, Connection
from courseware.exercises.context import Context, Server
from courseware.exercises.model import Exercise, Stage

LINE_LIMIT = 128
VALUE_LIMIT = 4_096
WATCH_LIMIT = 100
OUTPUT_LIMIT = 65_536

INPUTS = 5_000
BATCH = 25
"""Inputs on one connection at most; a failure shows all of them."""

SOME_CUTS = 20

ASKED = 5_000
"""Values that a client asks for and does not take: 20 MB."""

CHANGES, AT_ONCE = 8_000, 400
"""Changes that it does not take notice of, and how many of them are made at once.

With threads the replies may fill the buffers only while the changes are made; so there are many.
"""

MEBIBYTE = 1_048_576
ALLOWED_GROWTH = 8 * MEBIBYTE
"""Octets of memory. The store may have 1 MiB, each client's output 64 KiB."""

LEAVERS = 30

GREETING = b"KV 2\n"

_KEY = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
_NUMBER = re.compile(rb"0|[1-9][0-9]{0,5}")


# ---- the specification as a program -------------------------------------------------------------


class Ended(Exception):
    """The conversation is over, after this reply."""


@dataclass
class Model:
    """What a right server says, written with all octets at hand; for one client at a time.

    Attributes:
        version: the highest one.
        values: the store; it is never full here.
    """

    version: int = 2
    values: dict[bytes, bytes] = field(default_factory=dict)

    def replies(self, stream: bytes) -> tuple[bytes, bool]:
        """All that a new client gets that sends this, and whether the server ends it then."""
        self._rest, self._watched, self._used = stream, set[bytes](), 0
        out: list[bytes] = []
        try:
            while self._rest:
                out.append(self._reply())
        except Ended as last:
            return b"".join([*out, *last.args]), True
        return b"".join(out), False

    def _line(self) -> bytes:
        line, line_feed, rest = self._rest.partition(b"\n")
        if len(line) > LINE_LIMIT:
            raise Ended(b"ERR line\n")
        if not line_feed:
            raise ValueError("a batch ends between commands")
        self._rest = rest
        return line

    def _reply(self) -> bytes:
        fields = self._line().split(b" ")
        if not self._used:
            if len(fields) != 2 or fields[0] != b"KV" or not _NUMBER.fullmatch(fields[1]):
                raise Ended(b"ERR version\n")
            self._used = min(int(fields[1]), self.version)
            if not self._used:
                raise Ended(b"ERR version\n")
            return b"KV %d\n" % self._used
        verb, *arguments = fields
        if verb == b"QUIT" and not arguments:
            raise Ended(b"OK\n")
        if verb == b"SET":
            return self._set(arguments)
        watches = verb in (b"WATCH", b"UNWATCH") and self._used > 1
        if len(arguments) != 1 or not (watches or verb in (b"GET", b"DEL")):
            return b"ERR command\n"
        key = arguments[0]
        if not _KEY.fullmatch(key):
            return b"ERR key\n"
        if watches:
            return self._watch(verb, key)
        value = self.values.get(key)
        if value is None:
            return b"NONE\n"
        if verb == b"GET":
            return b"VALUE %d\n%b\n" % (len(value), value)
        del self.values[key]
        return b"OK\n" + self._note(b"DEL", key)

    def _set(self, arguments: list[bytes]) -> bytes:
        if len(arguments) != 2 or not _NUMBER.fullmatch(arguments[1]):
            raise Ended(b"ERR length\n")
        key, length = arguments[0], int(arguments[1])
        if length > VALUE_LIMIT:
            raise Ended(b"ERR length\n")
        if self._rest[length : length + 1] != b"\n":
            raise Ended(b"ERR value\n")
        value, self._rest = self._rest[:length], self._rest[length + 1 :]
        if not _KEY.fullmatch(key):
            return b"ERR key\n"
        self.values[key] = value
        return b"OK\n" + self._note(b"SET", key)

    def _watch(self, verb: bytes, key: bytes) -> bytes:
        if verb == b"UNWATCH":
            self._watched.discard(key)
        elif key not in self._watched and len(self._watched) == WATCH_LIMIT:
            return b"ERR limit\n"
        else:
            self._watched.add(key)
        return b"OK\n"

    def _note(self, verb: bytes, key: bytes) -> bytes:
        return b"NOTE %b %b\n" % (verb, key) if key in self._watched else b""


# ---- clients ------------------------------------------------------------------------------------


def key_of(chance: Chance, length: int = 8) -> bytes:
    """A key that no other has."""
    return chance.ascii_text(length).replace(" ", "-").encode()


def set_of(key: bytes, value: bytes) -> bytes:
    """The command that gives a key this value."""
    return b"SET %b %d\n%b\n" % (key, len(value), value)


def greeted(context: Context, server: Server, greeting: bytes = GREETING) -> Connection:
    """A client that has said its version."""
    client = context.connect(server)
    client.exchange(greeting, greeting, f"the answer to `{greeting.decode().strip()}`")
    return client


def watcher(context: Context, server: Server, *keys: bytes) -> Connection:
    """A client of version 2 that watches keys."""
    client = greeted(context, server)
    for key in keys:
        client.exchange(b"WATCH %b\n" % key, b"OK\n", "the answer to WATCH")
    return client


def play(context: Context, server: Server, sent: bytes, subject: str, version: int = 2) -> None:
    """Send this on a new connection, and get what the specification says."""
    expected, ends = Model(version).replies(sent)
    client = context.connect(server)
    client.exchange(sent, expected, subject)
    if not ends:
        client.end()
    client.expect_end(subject)
    client.close()


# ---- stages -------------------------------------------------------------------------------------


def keeps_version_1(context: Context) -> None:
    """Examples of the specification, each on a connection of its own."""
    server = context.start()
    key, other = context.chance.distinct(lambda: key_of(context.chance))
    value = context.chance.randbytes(context.chance.randrange(1, 200))
    behind = b"DEL %b\n" % key
    for subject, sent in (
        ("SET, GET, DEL", set_of(key, value) + b"GET %b\n%b%b" % (key, behind, behind)),
        ("a value of LFs", set_of(key, b"\n\nGET a\n") + b"GET %b\n%b" % (key, behind)),
        ("an empty value", set_of(key, b"") + b"GET %b\n%b" % (key, behind)),
        ("a value of 4,096 octets", set_of(key, bytes(4096)) + b"GET %b\n%b" % (key, behind)),
        ("commands that there are not", b"get a\nGET\nGET a b\n\nKV 1\nGET a\n"),
        ("keys that are none", b"GET a/b\nDEL a\r\n" + set_of(b"\xff", b"GET a\n")),
        ("WATCH in version 1", b"WATCH a\nUNWATCH a\nWATCH a/b\nSET a 1\nb\nDEL a\n"),
        ("QUIT", b"QUIT\n" + behind),
        ("a line of 129 octets", b"x" * 129),
        ("a length of 4,097", b"SET %b 4097\n%b" % (other, behind)),
        ("the length 05", b"SET %b 05\nhello\n%b" % (other, behind)),
        ("a SET without a length", b"SET %b\n%b" % (other, behind)),
        ("a value that is longer than its length", b"SET %b 5\nhello, world\n" % other),
    ):
        play(context, server, b"KV 1\n" + sent, f"the answers to {subject}")
    for sent in (b"GET a\n", b"KV 0\n", b"KV 01\n"):
        play(context, server, sent + b"GET a\n", f"the answer to `{sent.decode().strip()}`")
    unfinished = greeted(context, server, b"KV 1\n")
    unfinished.send(b"SET a 5\nhel")
    unfinished.end()
    unfinished.expect(b"ERR end\n", "the answer to an end inside a value")
    unfinished.expect_end("an end inside a value")


def tells_watchers(context: Context) -> None:
    """Two clients watch, one of them two keys; another makes the changes."""
    server = context.start()
    key, other, third = context.chance.distinct(lambda: key_of(context.chance), 3)
    for highest in (2, 3, context.chance.randrange(4, 1_000_000)):
        client = context.connect(server)
        client.exchange(b"KV %d\n" % highest, GREETING, f"the answer to `KV {highest}`")
    both = watcher(context, server, key, other)
    one = watcher(context, server, key)
    changer = greeted(context, server, context.chance.choice((b"KV 1\n", b"KV 2\n")))
    for value in (b"hello", b"hello", b""):
        changer.exchange(set_of(key, value), b"OK\n", "the answer to SET")
        for client in (both, one):
            client.expect(b"NOTE SET %b\n" % key, "the note of a SET")
    changer.exchange(set_of(other, b"x"), b"OK\n", "the answer to SET")
    both.expect(b"NOTE SET %b\n" % other, "the note of a SET of another key")
    changer.exchange(set_of(third, b"x"), b"OK\n", "the answer to SET")
    changer.exchange(b"DEL %b\nDEL %b\n" % (key, key), b"OK\nNONE\n", "the answers to DEL")
    changer.exchange(b"GET %b\n" % third, b"VALUE 1\nx\n", "the answer to GET")
    for client in (both, one):
        client.expect(b"NOTE DEL %b\n" % key, "the note of a DEL")
        # Whatever should not have come would stand before this reply.
        client.exchange(b"GET %b\n" % key, b"NONE\n", "the answer to GET behind notes")


def keeps_the_rules(context: Context) -> None:
    """One's own changes, keys watched twice and no more, the limit, and notes beside replies."""
    server = context.start()
    key, other, third = context.chance.distinct(lambda: key_of(context.chance), 3)
    # The limit is for each client: this one has its own.
    watcher(context, server, third)
    change = set_of(key, b"v") + b"DEL %b\n" % key
    watch, unwatch = b"WATCH %b\n" % key, b"UNWATCH %b\n" % key
    many = b"".join(b"WATCH %b%d\n" % (other, number) for number in range(WATCH_LIMIT - 1))
    for subject, sent in (
        ("one's own changes", watch + change),
        ("one's own changes of a key that is watched twice", watch + watch + change),
        ("changes after UNWATCH", watch + unwatch + unwatch + change),
        ("changes after UNWATCH of a key watched twice", watch + watch + unwatch + change),
        ("changes after WATCH, UNWATCH, WATCH", watch + unwatch + watch + change),
        ("WATCH with other arguments", b"WATCH\nWATCH a b\nwatch a\nUNWATCH\nWATCH a/b\n"),
        (
            "101 keys, one of them twice",
            many + watch + watch + b"WATCH one-more\n" + unwatch + b"WATCH one-more\n" + change,
        ),
    ):
        play(context, server, GREETING + sent, f"the answers to {subject}")
    client = watcher(context, server, key)
    changer = greeted(context, server)
    changer.exchange(change * 50, b"OK\n" * 100, "the answers to 100 changes")
    notes = b"NOTE SET %b\nNOTE DEL %b\n" % (key, key)
    client.expect(notes * 50, "the notes of 100 changes")
    changer.exchange(set_of(other, bytes(VALUE_LIMIT)), b"OK\n", "the answer to SET")
    client.exchange(
        b"GET %b\n" % other + set_of(key, b"") + b"GET %b\n" % key,
        b"VALUE 4096\n%b\nOK\nNOTE SET %b\nVALUE 0\n\n" % (bytes(VALUE_LIMIT), key),
        "the replies around a note",
    )


def reads_pieces(context: Context) -> None:
    """Commands of all kinds, cut at every place."""
    server = context.start()
    key = key_of(context.chance, 4)
    stream = (
        b"WATCH %b\n" % key
        + set_of(key, b"WATCH a\n")
        + b"GET %b\nDEL %b\nUNWATCH %b\nDEL %b\n" % (key, key, key, key)
    )
    replies, _ = Model().replies(GREETING + stream)
    client = context.peer(server, ChunkyPeer)
    client.exchange(GREETING, GREETING, "the answer to `KV 2`")
    splits = list(client.splits(stream))
    if not QUICK_ACKNOWLEDGMENTS:
        context.notes.append(f"only {SOME_CUTS} of {len(splits)} cuts tried: they are slow here")
        splits = [*context.chance.sample(splits[:-1], SOME_CUTS), splits[-1]]
    for pieces in splits:
        client.send_pieces(pieces)
        where = "in single octets" if len(pieces) > 2 else f"cut at offset {len(pieces[0])}"
        client.expect(replies.removeprefix(GREETING), f"the answers to commands {where}")


KEYS = (b"a", b"b", b"c.1", b"k" * 64)
NO_KEYS = (b"", b"k" * 65, b"\xff", b"a\r", b"a/b")
NO_LENGTHS = (b"4097", b"-1", b"+1", b"05", b"1_0", b"x", b"", b"\xd9\xa5", b"9" * 40)
NO_COMMANDS = (b"", b"WATCH", b"UNWATCH a b", b"watch a", b"\xff\xfe", b"NOTE SET a", b"KV 2")


def nonsense(chance: Chance) -> bytes:
    """One input: a command, or what is nearly one."""
    key = chance.choice(KEYS if chance.random() < 0.9 else NO_KEYS)
    value = chance.choice((b"", b"v", b"\n", b"NOTE SET a\n", chance.randbytes(9)))
    kinds: tuple[tuple[int, Callable[[], bytes]], ...] = (
        (40, lambda: b"%b %b\n" % (chance.choice((b"GET", b"DEL", b"WATCH", b"UNWATCH")), key)),
        (30, lambda: set_of(key, value)),
        (20, lambda: chance.choice(NO_COMMANDS) + b"\n"),
        (4, lambda: chance.randbytes(chance.randrange(1, 30)).replace(b"SET", b"set") + b"\n"),
        (3, lambda: b"SET %b %b\n%b\n" % (key, chance.choice(NO_LENGTHS), value)),
        (2, lambda: b"SET %b %d\n%b\n" % (key, len(value) - 1 if value else 1, value)),
        (1, lambda: b"z" * 129),
    )
    (_, make), *_ = chance.choices(kinds, [weight for weight, _ in kinds])
    return make()


def survives_nonsense(context: Context) -> None:
    """Thousands of inputs, in conversations that end when one of them has to."""
    server = context.start()
    play(context, server, GREETING, "the answer to `KV 2`")
    before = context.use(server)
    model = Model()
    left = INPUTS
    while left:
        stream, expected, ends, count = GREETING, GREETING, False, 0
        values = dict(model.values)
        while left and not ends and count < BATCH:
            stream += nonsense(context.chance)
            left, count = left - 1, count + 1
            # The model begins anew with the store as it was before this conversation.
            model.values = dict(values)
            expected, ends = model.replies(stream)
        client = context.connect(server)
        behind = b"DEL a\nDEL b\n" if ends else b""
        subject = f"the answers to {count} inputs"
        client.exchange(stream + behind, expected, subject)
        if not ends:
            client.end()
        client.expect_end(subject)
        client.close()
    expect_small(context.grown(server, before), f"{INPUTS:,} inputs")


def expect_small(grown: int, after_what: str) -> None:
    """Check what memory the program has taken."""
    if grown > ALLOWED_GROWTH:
        raise Failed(f"After {after_what} the program's memory grew by {grown // MEBIBYTE} MiB.")


class Frozen(NonReader):
    """Asks, watches, and takes nothing."""

    receive_buffer = 4_096

    def cut_off(self) -> bool:
        """Whether a reset has come, seen without receiving."""
        return self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0


def cuts_off_frozen(context: Context) -> None:
    """One who watches asks for much, takes none of it and no notes."""
    server = context.start()
    key = key_of(context.chance, 64)
    client = watcher(context, server, key)
    changer = greeted(context, server)
    changer.exchange(set_of(b"b", bytes(VALUE_LIMIT)), b"OK\n", "the answer to SET")
    before = context.use(server)
    frozen = context.peer(server, Frozen)
    frozen.exchange(GREETING + b"WATCH %b\n" % key, GREETING + b"OK\n", "the answer to WATCH")
    # Replies fill the buffers of both systems; then only the program can hold more.
    frozen.send(b"GET b\n" * ASKED)
    note = b"NOTE SET %b\n" % key
    most = ASKED * len(b"VALUE 4096\n" + bytes(VALUE_LIMIT) + b"\n") + CHANGES * len(note)
    cut_off = False
    for _ in range(CHANGES // AT_ONCE):
        changer.exchange(
            set_of(key, b"") * AT_ONCE,
            b"OK\n" * AT_ONCE,
            "the answers to changes, beside a client that takes no notes",
        )
        client.expect(note * AT_ONCE, "the notes for a client beside one that takes none")
        cut_off = cut_off or frozen.cut_off()
        if cut_off:
            break
    expect_small(context.grown(server, before), "a client that took nothing")
    if not cut_off:
        expect_cut_off(frozen, most)
    changer.exchange(set_of(key, b""), b"OK\n", "the answer to SET after a client was cut off")
    client.expect(note, "the note after another client was cut off")


def expect_cut_off(frozen: Frozen, most: int) -> None:
    """A peer reads at last: it may not get all, and has to find an end."""
    received = 0
    frozen.socket.settimeout(frozen.patience)
    later = "later it got the replies, and not all of the notes"
    try:
        while octets := frozen.socket.recv(65_536):
            received += len(octets)
            if received == most:
                later = "later it got them all"
                break
        else:
            return
    except TimeoutError:
        pass
    except ConnectionError:
        return
    raise Failed(
        f"A client that took none of {CHANGES:,} notes was not cut off; {later}.",
    )


def forgets_leavers(context: Context) -> None:
    """Watchers leave, by an end, by QUIT, by a reset, in the middle of a command."""
    server = context.start()
    key = key_of(context.chance)
    stays = watcher(context, server, key)
    changer = greeted(context, server)
    note = b"NOTE SET %b\n" % key
    changer.exchange(set_of(key, b"x"), b"OK\n", "the answer to SET")
    stays.expect(note, "the note of a SET")
    before = context.use(server)
    for number in range(LEAVERS):
        client = watcher(context, server, key)
        if number % 3 == 0:
            client.exchange(b"QUIT\n", b"OK\n", "the answer to QUIT")
            client.expect_end("QUIT")
        elif number % 3 == 1:
            client.end()
            client.expect_end("the end of the client's side")
        else:
            client.send(b"SET a 5\nhel")
            client.reset()
        client.close()
        changer.exchange(set_of(key, b"x"), b"OK\n", "the answer to SET after a watcher left")
        stays.expect(note, "the note after another watcher left")
    if before is not None:
        context.expect_given_back(server, before, f"{LEAVERS} watchers")
    context.stop(server)


EXERCISE = Exercise(
    name="kv-watch",
    chapter=22,
    slug="kv-protocol",
    title="Tell who watches",
    goal=(
        "Give the key-value protocol a version 2. `KV 2`, or a higher number, is answered `KV 2`; "
        "after `KV 1` all is as before. `WATCH key` and `UNWATCH key` are answered `OK`, or "
        "`ERR key`, or `ERR limit` for one key more than 100. After each SET and DEL that was "
        "answered `OK`, all who watch the key get a line `NOTE SET key` or `NOTE DEL key`: between "
        "replies, in the order of the changes, to the client that made the change behind its "
        "reply. A client for which more than 65,536 octets are held is cut off."
    ),
    stages=(
        Stage(
            "keeps version 1",
            keeps_version_1,
            "A new version leaves old clients alone (the specification of chapter 22, sections 3, "
            "4 and 6).",
            randomized=True,
        ),
        Stage(
            "tells who watches",
            tells_watchers,
            "A note goes to all who watch the key, also if its value is the same again; and to "
            "nobody where nothing was changed (chapter 22).",
            randomized=True,
        ),
        Stage(
            "keeps the rules of WATCH",
            keeps_the_rules,
            "Each command has exactly one reply, and notes stand between replies; to its own "
            "changes a client gets the reply first (chapter 22).",
            randomized=True,
        ),
        Stage(
            "reads commands in pieces",
            reads_pieces,
            "How a stream is cut into pieces says nothing about commands (RFC 9293 section 2.2; "
            "chapter 22).",
            randomized=True,
        ),
        Stage(
            "survives 5,000 inputs",
            survives_nonsense,
            "Whatever comes is answered as the specification says; where the step is lost, nothing "
            "that follows is carried out (chapter 22).",
            randomized=True,
        ),
        Stage(
            "cuts off who does not read",
            cuts_off_frozen,
            "What is held for a client has a limit. A note cannot be left out without a word, and "
            "nobody waits for a client that is frozen (chapter 22).",
            randomized=True,
        ),
        Stage(
            "forgets who has left",
            forgets_leavers,
            "A watch ends with its connection, however that ends (chapter 22).",
            randomized=True,
        ),
    ),
)
