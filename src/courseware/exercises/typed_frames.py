"""Chapter 21: a second version of a framed protocol, beside the first."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from courseware.checker.chance import Chance
from courseware.checker.peers import ChunkyPeer, Peer
from courseware.checker.report import Failed
from courseware.checker.wire import QUICK_ACKNOWLEDGMENTS, Connection
from courseware.exercises.context import Context
from courseware.exercises.model import Exercise, Stage

CONTENT_LIMIT = 65_536
VERSION, ECHO, REVERSE, ERROR = 1, 1, 2, 255
HEADER = struct.Struct("!BBII")
HEADER_SIZE = HEADER.size

BEHIND = 200_000
"""Octets behind a frame that is refused: more than is received at once."""

FLIPS = 20
SOME_CUTS = 20

MEBIBYTE = 1_048_576
ALLOWED_GROWTH = 8 * MEBIBYTE
"""Octets of memory; a frame of the limit needs a hundredth of that."""


def old(content: bytes) -> bytes:
    """A frame of the first version."""
    return struct.pack("!I", len(content)) + content


def new(kind: int, content: bytes) -> bytes:
    """A frame of the second version."""
    covered = struct.pack("!BBI", VERSION, kind, len(content))
    return covered + struct.pack("!I", zlib.crc32(covered + content)) + content


def error(text: str) -> bytes:
    """The frame that tells an error."""
    return new(ERROR, text.encode())


def content(chance: Chance, least: int = 1, most: int = 40) -> bytes:
    """Octets of any value."""
    return chance.randbytes(chance.randrange(least, most))


def expect_refusal(client: Connection, data: bytes, text: str, subject: str) -> None:
    """An error frame, then the end of the connection, though more octets follow."""
    client.exchange(data + bytes(BEHIND), error(text), subject)
    client.expect_end(subject)
    client.close()


def serves_old(context: Context) -> None:
    """Old clients, whose frames are echoed; an empty one and the longest among them."""
    client = context.connect(context.start())
    sizes = context.chance.distinct(lambda: context.chance.randrange(1, 300))
    for size in (*sizes, 0, CONTENT_LIMIT):
        frame = old(context.chance.randbytes(size))
        client.exchange(frame, frame, f"the answer to an old frame of {size:,} octets")


def serves_new(context: Context) -> None:
    """New clients: echo and reverse."""
    client = context.connect(context.start())
    for size in (*context.chance.distinct(lambda: context.chance.randrange(2, 300)), 0):
        octets = context.chance.randbytes(size)
        client.exchange(new(ECHO, octets), new(ECHO, octets), "the answer to an echo frame")
        reverse = new(REVERSE, octets[::-1])
        client.exchange(new(REVERSE, octets), reverse, "the answer to a reverse frame")
    longest = new(ECHO, context.chance.randbytes(CONTENT_LIMIT))
    client.exchange(longest, longest, f"the answer to a frame of {CONTENT_LIMIT:,} octets")


def serves_both(context: Context) -> None:
    """Old and new frames on one connection, cut at every place."""
    server = context.start()
    first, second, third = (content(context.chance) for _ in range(3))
    stream = old(first) + new(ECHO, second) + old(b"") + new(REVERSE, third) + old(second)
    answers = old(first) + new(ECHO, second) + old(b"") + new(REVERSE, third[::-1]) + old(second)
    client = context.peer(server, ChunkyPeer)
    splits = list(client.splits(stream))
    if not QUICK_ACKNOWLEDGMENTS:
        context.notes.append(f"only {SOME_CUTS} of {len(splits)} cuts tried: they are slow here")
        splits = [*context.chance.sample(splits[:-1], SOME_CUTS), splits[-1]]
    for pieces in splits:
        client.send_pieces(pieces)
        where = "in single octets" if len(pieces) > 2 else f"cut at offset {len(pieces[0])}"
        client.expect(answers, f"the answers to old and new frames {where}")


def detects_flips(context: Context) -> None:
    """One bit is wrong: in the type, in the checksum, or in the content."""
    server = context.start()
    for position in places(context.chance):
        frame = bytearray(new(ECHO, context.chance.randbytes(30)))
        frame[position] ^= 1 << context.chance.randrange(8)
        client = context.connect(server)
        expect_refusal(
            client, bytes(frame), "bad checksum", f"the answer to a flipped bit in octet {position}"
        )


def places(chance: Chance) -> Iterator[int]:
    """Offsets of octets to damage: the type, the checksum, then any of the content."""
    yield 1
    yield from range(6, HEADER_SIZE)
    for _ in range(FLIPS):
        yield chance.randrange(HEADER_SIZE, HEADER_SIZE + 30)


def refuses_lies(context: Context) -> None:
    """Lengths over the limit, by one and by four thousand million."""
    server = context.start()
    client = context.connect(server)
    frame = old(b"warm")
    client.exchange(frame, frame, "the answer to an old frame")
    before = context.use(server)
    middle = context.chance.randrange(CONTENT_LIMIT + 2, 2**32 - 1)
    for length in (CONTENT_LIMIT + 1, middle, 2**32 - 1):
        lie = HEADER.pack(VERSION, ECHO, length, 0)
        expect_refusal(
            context.connect(server), lie, "too long", f"the answer to a header that says {length:,}"
        )
    for length in (CONTENT_LIMIT + 1, 2**24 - 1):
        liar = context.peer(server, Peer)
        liar.send(struct.pack("!I", length))
        liar.expect_end(f"an old frame that says {length:,}")
    grown = context.grown(server, before)
    if grown > ALLOWED_GROWTH:
        raise Failed(
            f"The program's memory grew by {grown / MEBIBYTE:.0f} MiB for lengths that were only "
            "announced."
        )
    client.exchange(frame, frame, "the answer to a client beside the liars")


def knows_its_limits(context: Context) -> None:
    """Types that do not exist yet, and versions."""
    server = context.start()
    client = context.connect(server)
    kinds = (0, 3, *context.chance.sample(range(4, 255), 2))
    for kind in kinds:
        client.exchange(
            new(kind, content(context.chance)),
            error("unknown type"),
            f"the answer to a frame of type {kind}",
        )
    octets = content(context.chance)
    client.exchange(new(ECHO, octets), new(ECHO, octets), "the answer after unknown types")
    for version in (2, context.chance.randrange(3, 256)):
        stranger = context.connect(server)
        stranger.send(bytes([version]))
        stranger.expect_end(f"the first octet of version {version}")
    client.exchange(old(octets), old(octets), "the answer to a client beside the strangers")


EXERCISE = Exercise(
    name="typed-frames",
    chapter=21,
    slug="frames",
    title="Extend a protocol",
    goal=(
        "Give a protocol of frames (4 octets of length, then the content, which is echoed) a "
        "second version beside the first. A new frame has the octet 1, a type (1 echo, 2 reverse, "
        "255 error), a length of 4 octets, and the CRC-32 of these six octets and the content; it "
        "is answered by a new frame. Errors are frames of type 255: `unknown type`, after which "
        "the conversation goes on, `bad checksum` and `too long` (over 65,536 octets), after which "
        "the connection ends. Another version, or an old frame that is too long, ends it at once."
    ),
    stages=(
        Stage(
            "still serves old clients",
            serves_old,
            "A length is 4 octets in network byte order, the most significant first (RFC 791 "
            "appendix B); it counts the content alone (chapter 21).",
            randomized=True,
        ),
        Stage(
            "serves new clients",
            serves_new,
            "A new frame is answered by a new frame, whose checksum covers the six octets before "
            "it and the content (chapter 21).",
            randomized=True,
        ),
        Stage(
            "serves both on one connection, wherever it is cut",
            serves_both,
            "The first octet tells the version of each frame; a header may come in pieces as well "
            "(RFC 9293 section 2.2; chapter 21).",
            randomized=True,
        ),
        Stage(
            "detects flipped bits",
            detects_flips,
            "A CRC of 32 bits detects every single flipped bit in what it covers. What it does not "
            "cover can change unnoticed (chapter 21).",
            randomized=True,
        ),
        Stage(
            "refuses lengths that are lies",
            refuses_lies,
            "A length is a claim: it is compared with the limit before memory is reserved and "
            "before the content is awaited (chapter 21).",
            randomized=True,
        ),
        Stage(
            "meets the future",
            knows_its_limits,
            "An unknown type of a known version has a known length, so it can be skipped. Of an "
            "unknown version nothing is known (chapter 21).",
            randomized=True,
        ),
    ),
)
