"""Chapter 15: a client that keeps its deadline, whatever the server does."""

from __future__ import annotations

import socket
import sys
import time

from courseware.checker.chance import Chance
from courseware.checker.peers import (
    ChunkyPeer,
    DripPeer,
    FloodPeer,
    Peer,
    ResetPeer,
    SilentPeer,
)
from courseware.checker.program import Program
from courseware.checker.report import Failed, TimedOut
from courseware.checker.wire import cut
from courseware.exercises.context import Context
from courseware.exercises.model import Exercise, Stage

DEADLINE = 1.0
"""Seconds that the program has for everything, from its start of the connection."""

LATEST = 1.6 * DEADLINE
"""Seconds after which it must have given up: on a busy machine either side may notice late."""

LINE_LIMIT = 1_024
DRIP_PAUSE = 0.2

WORDS = ("wire", "octet", "héllo", "zoë", "segment", "жук")


def text(chance: Chance) -> str:
    """A line of some words."""
    return " ".join(chance.choices(WORDS, k=3)) + f" {chance.randrange(1_000)}"


def expect_said(context: Context, program: Program, said: str, code: int, where: str) -> None:
    """The program ends soon, has printed this line and nothing else, with this exit code."""
    ended = program.wait(context.limits.patience)
    if ended is None:
        raise TimedOut(
            f"the program still ran {context.limits.patience:g} s after all was said, {where}."
        )
    expected = f"{said}\n".encode()
    received = program.output.replace("\r\n", "\n").encode()
    if received != expected:
        raise Failed(
            f"The program printed something else {where}.", expected=expected, received=received
        )
    if ended != code:
        raise Failed(f"The program printed `{said}` and ended with exit code {ended}, not {code}.")


def takes_a_line(context: Context) -> None:
    """Two lines, each in a run of its own; the second has more octets behind it."""
    listener = context.listen()
    for rest, where in ((b"", "for a line"), (b"more\n", "for a line with more behind it")):
        line = text(context.chance)
        program, peer = context.meet(listener, Peer)
        peer.send(f"{line}\n".encode() + rest)
        expect_said(context, program, f"line {line}", 0, where)
        peer.close()


def takes_pieces(context: Context) -> None:
    """A line in single octets, and one cut inside a character."""
    listener = context.listen()
    line = text(context.chance) + " é!"
    message = f"{line}\n".encode()
    inside = message.index("é".encode(), len(message) - 5) + 1
    for pieces in (cut(message, *range(1, len(message))), cut(message, inside)):
        program, peer = context.meet(listener, ChunkyPeer)
        peer.send_pieces(pieces)
        expect_said(context, program, f"line {line}", 0, "for a line in pieces")
        peer.close()


def says_refused(context: Context) -> None:
    """Nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    # Windows tries again for two seconds before it says so.
    said = "error timeout" if sys.platform == "win32" else "error refused"
    expect_said(context, context.start_client(port), said, 1, "where nobody listens")


def says_ended_or_reset(context: Context) -> None:
    """An end without a line, one inside a line, and a reset."""
    listener = context.listen()
    for part in (b"", context.chance.ascii_text(9).encode()):
        program, peer = context.meet(listener, Peer)
        peer.send(part)
        peer.end()
        expect_said(context, program, "error ended", 1, "at an end without a line")
        peer.close()
    program, cutter = context.meet(listener, ResetPeer)
    cutter.strike(context.chance.ascii_text(9).encode())
    expect_said(context, program, "error reset", 1, "at a reset")


def says_too_long(context: Context) -> None:
    """A line of exactly the limit is taken; one octet more, and one without end, are not."""
    listener = context.listen()
    longest = "a" * LINE_LIMIT
    for line, said, code in (
        (longest, f"line {longest}", 0),
        (longest + "a", "error too long", 1),
    ):
        program, peer = context.meet(listener, Peer)
        peer.send(f"{line}\n".encode())
        expect_said(context, program, said, code, f"for a line of {len(line):,} octets")
    program, flood = context.meet(listener, FloodPeer)
    flood.flood(b"a", 8 * 1_048_576)
    expect_said(context, program, "error too long", 1, "for a line without end")


def says_no_text(context: Context) -> None:
    """A whole line that is not UTF-8."""
    program, peer = context.meet(context.listen(), Peer)
    peer.send(b"caf\xe9\n")
    expect_said(context, program, "error not UTF-8", 1, "for octets that are no text")


def gives_up_in_time(context: Context) -> None:
    """A server that says nothing, and one that stops inside its line."""
    waiting = []
    for part in (b"", context.chance.ascii_text(9).encode()):
        started = time.monotonic()
        program, peer = context.meet(context.listen(), SilentPeer)
        waiting.append((program, peer, started, time.monotonic()))
        peer.begin(part)
    for program, peer, started, accepted in waiting:
        expect_gives_up(peer, started, accepted)
        expect_said(context, program, "error timeout", 1, "after a silence")


def keeps_the_deadline(context: Context) -> None:
    """A server that sends an octet five times a second."""
    started = time.monotonic()
    program, peer = context.meet(context.listen(), DripPeer)
    accepted = time.monotonic()
    peer.load(context.chance.ascii_text(40).encode() + b"\n")
    while peer.drip() and time.monotonic() - accepted < LATEST and not peer.ended(DRIP_PAUSE):
        pass
    expect_gives_up(peer, started, accepted)
    expect_said(context, program, "error timeout", 1, "after octets that drip")


def expect_gives_up(peer: Peer, started: float, accepted: float) -> None:
    """The program ends the connection when its deadline has come, neither earlier nor later.

    Args:
        peer: what it is connected to.
        started: when the program was started, before its own clock began.
        accepted: when its connection was accepted here, after its own clock began.
    """
    if not peer.ended(max(0.0, accepted + LATEST - time.monotonic())):
        raise TimedOut(
            f"the connection was still open {LATEST:g} s after it had been established; the "
            f"deadline is {DEADLINE:g} s."
        )
    took = time.monotonic() - started
    if took < DEADLINE:
        raise Failed(
            f"The program gave up {took:.1f} s after its start; it has {DEADLINE:g} s, and a line "
            "may still come."
        )


EXERCISE = Exercise(
    name="fetch-line",
    chapter=15,
    slug="timeouts",
    title="Keep a deadline",
    goal=(
        "Write a client that connects to `127.0.0.1` at its `--port`, receives one line and prints "
        "`line ` and its text. Everything together may take 1 second. Where there is no line, it "
        "prints what happened and ends with exit code 1: `error refused`, `error timeout`, "
        "`error ended` (the stream ended first), `error reset`, `error too long` (more than 1,024 "
        "octets before the line feed) or `error not UTF-8`."
    ),
    stages=(
        Stage(
            "prints a line",
            takes_a_line,
            "What stands behind the line feed is not part of the line (chapter 14).",
            randomized=True,
        ),
        Stage(
            "takes a line in pieces",
            takes_pieces,
            "A stream may be cut anywhere, inside a character too: receive until the line feed, "
            "then decode (RFC 9293 section 2.2; chapter 14).",
            randomized=True,
        ),
        Stage(
            "says that nobody listens",
            says_refused,
            "A refused connection raises ConnectionRefusedError, at once on most systems; it is no "
            "time-out and no reset (chapter 15).",
        ),
        Stage(
            "tells an end from a reset",
            says_ended_or_reset,
            "An end is an empty receive, a reset is ConnectionResetError. Inside a line both mean "
            "that there is no line (RFC 9293 sections 3.5.3 and 3.6; chapter 15).",
            randomized=True,
        ),
        Stage(
            "refuses a line that is too long",
            says_too_long,
            "A client has limits too: a server may be broken, or not the one you think "
            "(chapter 15).",
        ),
        Stage(
            "refuses what is not text",
            says_no_text,
            "What comes from the network is checked before it is used (RFC 3629 section 3).",
        ),
        Stage(
            "gives up after a second of silence",
            gives_up_in_time,
            "A socket without a timeout waits for ever (chapter 15).",
            randomized=True,
        ),
        Stage(
            "keeps the deadline while octets come",
            keeps_the_deadline,
            "A timeout bounds one call, and each octet begins a new one. A deadline bounds all: "
            "before each call, set the timeout to what is left (chapter 15).",
            randomized=True,
        ),
    ),
)
