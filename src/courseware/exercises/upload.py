"""Chapter 14: uploads over a stream, a header line and content of a given length."""

from __future__ import annotations

import zlib

from courseware.checker.chance import Chance
from courseware.checker.peers import ChunkyPeer
from courseware.exercises.context import Context, Server
from courseware.exercises.model import Exercise, Stage

HEADER_LIMIT = 1_024
CONTENT_LIMIT = 16_777_216

LARGE = 10_000_000
LARGE_PATIENCE = 2
"""How many times the usual patience a large upload may take."""

UNREAD = 262_144
"""Octets sent behind a refused header: more than one receive takes, less than a second's work."""

LEAVERS = 3
"""Clients that close right after a bad header."""

BAD_HEADERS = (
    b"GET 5",
    b"PUT",
    b"PUT ",
    b"PUT five",
    b"PUT -1",
    b"PUT +5",
    b"PUT 1_0",
    b"PUT 0x5",
    b"PUT  5",
    b"PUT 5 5",
    b"put 5",
    b"",
    "PUT ٥".encode(),
    b"PUT 5\0",
)


def message(content: bytes) -> bytes:
    """The octets of one upload."""
    return b"PUT %d\n%b" % (len(content), content)


def answer(content: bytes) -> bytes:
    """What the server has to say to it."""
    return b"OK %d %08x\n" % (len(content), zlib.crc32(content))


def contents(chance: Chance, lengths: tuple[int, ...]) -> list[bytes]:
    """Random contents; line feeds and what looks like a header are octets like any other."""
    made = [chance.randbytes(length) for length in lengths]
    return [content[:-7] + b"\nPUT 5\n" if len(content) > 8 else content for content in made]


def refused(context: Context, server: Server, data: bytes, error: str, subject: str) -> None:
    """Send what cannot be taken; an error line comes, then the end of the connection."""
    client = context.connect(server)
    client.exchange(data, f"ERROR {error}\n".encode(), subject)
    client.expect_end(subject)
    client.close()


def takes_one(context: Context) -> None:
    """Two clients, each with one upload, sent whole; then one of 0 octets."""
    lengths = context.chance.distinct(lambda: context.chance.randrange(10, 1_000))
    for content in contents(context.chance, (*lengths, 0)):
        server = context.start()
        client = context.connect(server)
        client.exchange(message(content), answer(content), "the answer")
        client.end()
        client.expect_end("the answer and the end of the client's side")


def takes_pieces(context: Context) -> None:
    """Every split in two pieces, and single octets, of two uploads."""
    server = context.start()
    lengths = (context.chance.randrange(3, 10), context.chance.randrange(10, 30))
    before = None
    for content in contents(context.chance, lengths):
        for pieces in ChunkyPeer.splits(message(content)):
            client = context.peer(server, ChunkyPeer)
            client.send_pieces(pieces, one_message=True)
            where = "in single octets" if len(pieces) > 2 else f"cut at offset {len(pieces[0])}"
            client.expect(answer(content), f"the answer to an upload {where}")
            client.end()
            client.expect_end("the answer and the end of the client's side")
            client.close()
            before = before or context.use(server)
    context.expect_given_back(server, before, "all these connections")


def takes_several(context: Context) -> None:
    """Uploads one after the other, all in one segment, and cut inside the second header."""
    server = context.start()
    client = context.connect(server)
    lengths = tuple(context.chance.distinct(lambda: context.chance.randrange(10, 300), 4))
    uploads = contents(context.chance, (*lengths, 0, 1))
    for number, content in enumerate(uploads, 1):
        client.exchange(message(content), answer(content), f"the answer to upload {number}")
    stream = b"".join(map(message, uploads))
    answers = b"".join(map(answer, uploads))
    client.exchange(stream, answers, f"the answers to {len(uploads)} uploads in one segment")
    inside = len(message(uploads[0])) + 2
    client.send_pieces([stream[:inside], stream[inside:]])
    client.expect(answers, "the answers where the second header is cut")
    client.end()
    client.expect_end("the last answer and the end of the client's side")


def takes_large(context: Context) -> None:
    """Ten million octets, and a small upload behind them."""
    server = context.start()
    client = context.connect(server)
    seconds = context.limits.patience * LARGE_PATIENCE
    small = context.chance.randbytes(100)
    large = context.chance.randbytes(65_536) * (LARGE // 65_536 + 1)
    large = large[: LARGE + context.chance.randrange(1_000)]
    client.send(message(large) + message(small), within=seconds)
    client.expect(answer(large), "the answer to a large upload", within=seconds)
    client.expect(answer(small), "the answer to the upload behind it")


def limits_headers(context: Context) -> None:
    """Headers without a line feed; not one octet more than is needed is sent."""
    server = context.start()
    for length in (HEADER_LIMIT + 1, *context.chance.distinct(lambda: _long(context.chance))):
        data = b"PUT " + b"1" * (length - 4)
        subject = f"the answer to {length:,} octets without a line feed"
        refused(context, server, data, "header too long", subject)


def _long(chance: Chance) -> int:
    return chance.randrange(HEADER_LIMIT + 2, 4 * HEADER_LIMIT)


def reports_incomplete(context: Context) -> None:
    """The client ends its side inside the content, right behind the header among others."""
    server = context.start()
    chance = context.chance
    cases = chance.distinct(lambda: (chance.randrange(1, 20), chance.randrange(20, 90)))
    for came, length in ((0, 5), *cases):
        client = context.connect(server)
        client.send(b"PUT %d\n%b" % (length, chance.randbytes(came)))
        client.end()
        subject = f"the answer to {came} of {length} octets"
        client.expect(f"ERROR incomplete: got {came} of {length}\n".encode(), subject)
        client.expect_end(subject)
        client.close()


def refuses_bad_headers(context: Context) -> None:
    """Everything that is not PUT, one space and decimal digits."""
    server = context.start()
    for header in BAD_HEADERS:
        name = header.decode().replace("\0", "\\0")
        subject = f"the answer to the header `{name}`"
        refused(context, server, header + b"\n", "bad header", subject)
    # A server that has one client after the other finds these gone when it comes to them.
    holder = context.connect(server)
    holder.exchange(message(b"hold"), answer(b"hold"), "the answer")
    for _ in range(LEAVERS):
        leaver = context.connect(server)
        leaver.send(BAD_HEADERS[0] + b"\n")
        leaver.close()
    holder.close()
    subject = f"the answer after {LEAVERS} clients that did not wait for theirs"
    refused(context, server, BAD_HEADERS[0] + b"\n", "bad header", subject)


def refuses_lies(context: Context) -> None:
    """A length over the limit: without content, and with more of it than is received at once."""
    server = context.start()
    chance = context.chance
    lengths = chance.distinct(lambda: chance.randrange(CONTENT_LIMIT + 2, 10**15))
    for length in (CONTENT_LIMIT + 1, *lengths):
        subject = f"the answer to the header `PUT {length}`"
        refused(context, server, b"PUT %d\n" % length, "too large", subject)
    data = b"PUT %d\n" % lengths[0] + bytes(UNREAD)
    subject = "the answer to a header that is too large, with octets behind it"
    refused(context, server, data, "too large", subject)


PIECES = (
    "TCP delivers octets, not messages: what one send gave to it may arrive in several pieces, and "
    "one piece may hold several messages (RFC 9293 section 2.2; chapter 14)."
)

EXERCISE = Exercise(
    name="upload",
    chapter=14,
    slug="stream",
    title="Take uploads",
    goal=(
        "Write a server that takes uploads: `PUT <length>` and a line feed, then exactly that many "
        "octets, any number of uploads on one connection. It answers each with "
        "`OK <length> <crc32>` and a line feed, the CRC-32 as 8 lowercase hexadecimal digits. What "
        "it cannot take is answered `ERROR bad header`, `ERROR header too long` (more than 1,024 "
        "octets before the line feed), `ERROR too large` (over 16,777,216 octets) or "
        "`ERROR incomplete: got 3 of 10`, and then the connection ends."
    ),
    stages=(
        Stage(
            "takes an upload that arrives whole",
            takes_one,
            "The answer is `OK`, the length and the CRC-32 of the content as 8 lowercase "
            "hexadecimal digits, with one space between them and a line feed (chapter 14).",
            randomized=True,
        ),
        Stage("takes an upload in pieces, wherever it is cut", takes_pieces, PIECES, True),
        Stage("takes several uploads in one segment", takes_several, PIECES, True),
        Stage(
            "takes ten million octets in time",
            takes_large,
            "The work for an octet must not depend on how many came before it. Receiving in a "
            "loop into one buffer does that; copying what is there for each piece does not "
            "(chapter 14).",
            randomized=True,
        ),
        Stage(
            "refuses a header that does not end",
            limits_headers,
            "Whoever waits for a delimiter sets a limit, or a client decides how much memory the "
            "server uses: over 1,024 octets without a line feed are refused at once (chapter 14).",
            randomized=True,
        ),
        Stage(
            "reports a content that is cut off",
            reports_incomplete,
            "The end of the stream can come anywhere, inside a message too. The client has ended "
            "one direction; the other still carries the answer (RFC 9293 section 3.6).",
            randomized=True,
        ),
        Stage(
            "refuses a malformed header",
            refuses_bad_headers,
            "A length is decimal digits, 0 to 9, and nothing else. Python's int() takes more: "
            "signs, underscores, blanks, digits of other scripts. And a client that has gone is no "
            "reason to end (chapter 14).",
        ),
        Stage(
            "refuses a length that is too large, and the client gets to know",
            refuses_lies,
            "Refuse before you receive: a length is only a claim. Closing a socket with unread "
            "octets resets the connection (RFC 9293 section 3.6.1; RFC 2525 section 2.17), and the "
            "client may lose the answer. So end your direction, receive and throw away until the "
            "client has closed, two seconds at most, then close (chapter 14).",
            randomized=True,
        ),
    ),
)
