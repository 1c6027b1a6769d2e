"""Chapter 20: a line service for several clients at once."""

from __future__ import annotations

from collections.abc import Sequence

from courseware.checker.chance import Chance
from courseware.checker.peers import ChunkyPeer, DripPeer, FloodPeer, NonReader, SilentPeer
from courseware.checker.report import Failed, TimedOut
from courseware.checker.wire import QUICK_ACKNOWLEDGMENTS, Connection
from courseware.exercises.context import Context, Server
from courseware.exercises.model import Exercise, Stage

LINE_LIMIT = 4_096
MESSAGES = 30

MEBIBYTE = 1_048_576
LONG_LINE = 16 * MEBIBYTE
LONGER_LINE = 64 * MEBIBYTE
"""Sent as well before a program is told that it keeps too much: a collector may just be late."""
ALLOWED_GROWTH = 8 * MEBIBYTE
"""Octets of memory. What a line or its answers may need is a hundredth of that."""
UNREAD_ANSWERS = 32 * MEBIBYTE
"""Octets of lines for a client that never reads; the buffers of both kernels hold a third of it."""

SOME_SPLITS = 40

WORDS = ("wire", "octet", "segment", "héllo", "zoë", "smörgås", "grösse", "жук")

TOO_LONG = b"ERROR line too long\n"
INVALID = b"ERROR invalid UTF-8\n"
UNTERMINATED = b"ERROR unterminated line\n"


def text_line(chance: Chance, words: int = 3) -> str:
    """Words whose upper case is the same in every language."""
    return " ".join(chance.choices(WORDS, k=words)) + f" {chance.randrange(1_000)}"


def reply(text: str) -> bytes:
    """What the service says to a line."""
    return text.upper().encode() + b"\n"


def talk(context: Context, connection: Connection, subject: str) -> None:
    """One line and its answer."""
    text = text_line(context.chance)
    connection.exchange(text.encode() + b"\n", reply(text), subject)


def visit(context: Context, server: Server, subject: str) -> None:
    """A well-behaved client, from its connection to the end of it."""
    client = context.connect(server)
    talk(context, client, subject)
    client.end()
    client.expect_end("the end of the client's side")
    client.close()


def answers_lines(context: Context) -> None:
    """Lines one by one, LF and CRLF; then the client ends its side."""
    server = context.start()
    client = context.connect(server)
    for text in context.chance.distinct(lambda: text_line(context.chance)):
        client.exchange(text.encode() + b"\n", reply(text), "the answer")
        client.exchange(text.encode() + b"\r\n", reply(text), "the answer to a line with CRLF")
    client.exchange(b"\n", b"\n", "the answer to an empty line")
    client.end()
    client.expect_end("the end of the client's side")


def stream_of(chance: Chance) -> tuple[bytes, bytes]:
    """Thirty lines of many kinds in one stream, and all that has to come back."""
    texts = ["", "a", *(text_line(chance, chance.randrange(1, 3)) for _ in range(MESSAGES - 2))]
    ends = chance.choices(("\n", "\r\n"), k=MESSAGES - 2)
    chance.shuffle(texts)
    lines = zip(texts, [*ends, "\n", "\r\n"], strict=True)
    return "".join(text + end for text, end in lines).encode(), b"".join(map(reply, texts))


def frames_lines(context: Context) -> None:
    """Every split of the stream in two pieces, then the stream in single octets."""
    server = context.start()
    stream, replies = stream_of(context.chance)
    client = context.peer(server, ChunkyPeer)
    for pieces in chosen(context, list(client.splits(stream))):
        client.send_pieces(pieces)
        where = "in single octets" if len(pieces) > 2 else f"cut at offset {len(pieces[0])}"
        client.expect(replies, f"the answers to {MESSAGES} lines {where}")
    client.end()
    client.expect_end("the end of the client's side")


def chosen(context: Context, splits: list[Sequence[bytes]]) -> list[Sequence[bytes]]:
    """All splits, or some where each costs the time of a delayed acknowledgment."""
    if QUICK_ACKNOWLEDGMENTS:
        return splits
    context.notes.append(f"only {SOME_SPLITS} of {len(splits)} cuts tried: they are slow here")
    return [*context.chance.sample(splits[:-1], SOME_SPLITS - 1), splits[-1]]


def refuses_long_lines(context: Context) -> None:
    """Around the limit, 1 MB, and a line that would not fit into memory."""
    server = context.start()
    client = context.connect(server)
    client.exchange(b"a" * LINE_LIMIT + b"\n", b"A" * LINE_LIMIT + b"\n", "the answer")
    for length in (LINE_LIMIT + 1, 1_000_000 + context.chance.randrange(1_000)):
        subject = f"the answer to a line of {length:,} octets"
        client.exchange(b"a" * length + b"\n", TOO_LONG, subject)
        talk(context, client, f"the answer after a line of {length:,} octets")
    client.close()
    before = context.use(server)
    flood = context.peer(server, FloodPeer)
    sent = 0
    for length in (LONG_LINE, LONGER_LINE):
        taken, why = flood.flood(b"a", length)
        sent += taken
        if why == "ended":
            raise Failed(f"The program ended the connection inside a line, after {sent:,} octets.")
        if why == "stalled":
            raise TimedOut(f"the program stopped receiving inside a line, after {sent:,} octets.")
        grown = context.grown(server, before)
        if grown < ALLOWED_GROWTH:
            break
    else:
        raise Failed(
            f"The program's memory grew by {grown / MEBIBYTE:.0f} MiB while one line of "
            f"{sent / MEBIBYTE:.0f} MiB was arriving."
        )
    flood.close()
    visit(context, server, "the answer to the client after the long line")


def answers_invalid(context: Context) -> None:
    """Octets that are no UTF-8, each kind in a line of its own; the conversation goes on."""
    server = context.start()
    client = context.connect(server)
    kinds = (
        ("a lone octet ff", b"\xff"),
        ("a sequence that is cut off", "é".encode()[:1]),
        ("an overlong NUL", b"\xc0\x80"),
        ("a surrogate", b"\xed\xa0\x80"),
    )
    for what, octets in kinds:
        around = context.chance.ascii_text(5).encode()
        client.exchange(around + octets + b"\n", INVALID, f"the answer to {what}")
        talk(context, client, f"the answer after {what}")


def reports_rest(context: Context) -> None:
    """The client ends its side inside a line: after another one, and right at the start."""
    server = context.start()
    for before in ("first\n", ""):
        for rest in context.chance.distinct(lambda: context.chance.ascii_text(9)):
            client = context.connect(server)
            client.send(f"{before}{rest}".encode())
            client.end()
            if before:
                client.expect(b"FIRST\n", "the answer to the line before the rest")
            client.expect(UNTERMINATED, "the answer to a rest without a line feed")
            client.expect_end("the answer to the rest")
            client.close()


def serves_beside_silent(context: Context) -> None:
    """Silent clients, one with half a line, one that drips; others come and go meanwhile."""
    server = context.start()
    visit(context, server, "the answer to the first client")
    before = context.use(server)
    silent = [context.peer(server, SilentPeer) for _ in range(3)]
    silent[-1].begin(b"half a li")
    drip = context.peer(server, DripPeer)
    drip.load(b"slow\n")
    visit(context, server, "the answer to a client beside silent ones")
    while drip.drip():
        visit(context, server, "the answer to a client beside a dripping one")
    drip.expect(b"SLOW\n", "the answer to the dripping client")
    for peer in (*silent, drip):
        peer.close()
    visit(context, server, "the answer after the silent clients have left")
    context.expect_given_back(server, before, "these clients had left")


def serves_beside_non_reader(context: Context) -> None:
    """A client that only sends; its answers may not pile up, and the others are served."""
    server = context.start()
    visit(context, server, "the answer to the first client")
    before = context.use(server)
    peer = context.peer(server, NonReader)
    taken, why = peer.flood(b"a" * (LINE_LIMIT - 1) + b"\n", UNREAD_ANSWERS)
    grown = context.grown(server, before)
    if why == "limit" and grown > ALLOWED_GROWTH:
        raise Failed(
            f"The program received {taken / MEBIBYTE:.0f} MiB of lines from a client that reads no "
            f"answer, and its memory grew by {grown / MEBIBYTE:.0f} MiB."
        )
    visit(context, server, "the answer to a client beside one that never reads")


def ends(context: Context) -> None:
    """Ctrl-C while one client says nothing and another is inside a line."""
    server = context.start()
    silent = context.peer(server, SilentPeer)
    talk(context, silent, "the answer")
    context.peer(server, SilentPeer).begin(b"half a li")
    visit(context, server, "the answer to a client beside silent ones")
    context.stop(server)


EXERCISE = Exercise(
    name="line-server",
    chapter=20,
    slug="line-protocol",
    title="Serve lines",
    goal=(
        "Write a line service for several clients at once. Each line (UTF-8, ended by LF; a CR "
        "before it is dropped) is answered with the same text in upper case and LF. Errors are "
        "answered `ERROR line too long` (more than 4,096 octets before the LF; the rest of that "
        "line is skipped), `ERROR invalid UTF-8` or `ERROR unterminated line` (the client ended "
        "its side inside a line), and after the first two the conversation goes on. No client may "
        "stop the others, and Ctrl-C ends the program at once."
    ),
    stages=(
        Stage(
            "answers lines in upper case",
            answers_lines,
            "A line ends at LF; a CR before it belongs to the line end, not to the text (chapter "
            "20; RFC 9112 section 2.2 has the same rule for HTTP).",
            randomized=True,
        ),
        Stage(
            "finds 30 lines wherever the stream is cut",
            frames_lines,
            "How a stream is cut into pieces says nothing about lines (RFC 9293 section 2.2). "
            "Decode whole lines: a piece may end inside a character (chapter 20).",
            randomized=True,
        ),
        Stage(
            "refuses a long line, goes on after it, and holds no more than the limit",
            refuses_long_lines,
            "A line of more than 4,096 octets is refused once, its rest is skipped up to the LF, "
            "and no more than the limit is held meanwhile (chapter 20).",
            randomized=True,
        ),
        Stage(
            "answers octets that are not UTF-8",
            answers_invalid,
            "A decoder protects itself against invalid sequences (RFC 3629 section 3). The framing "
            "is still in step, so the conversation goes on (chapter 20).",
            randomized=True,
        ),
        Stage(
            "reports a last line without its line feed",
            reports_rest,
            "The end of the stream is no line end: the rest may be half of a message. The client "
            "has ended one direction; the other carries the answer (RFC 9293 section 3.6.1; "
            "chapter 20).",
            randomized=True,
        ),
        Stage(
            "serves others beside silent and dripping clients",
            serves_beside_silent,
            "Waiting for one client must not keep the others waiting (chapter 20), and what was "
            "held for a client is given back when it leaves (chapter 12).",
            randomized=True,
        ),
        Stage(
            "serves others beside a client that never reads",
            serves_beside_non_reader,
            "A full window is the receiver's way to say: not now (RFC 9293 section 3.8.6). Pass it "
            "on: stop receiving from a client that does not receive (chapter 20).",
            randomized=True,
        ),
        Stage(
            "ends on Ctrl-C while clients are connected",
            ends,
            "Ctrl-C ends the program soon, with exit code 0 and without a traceback, whatever its "
            "clients do (chapter 12).",
            randomized=True,
        ),
    ),
)
