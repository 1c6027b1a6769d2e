"""Chapter 13: a server whose last octets arrive, whatever the client still sends."""

from __future__ import annotations

import contextlib
import time

from courseware.checker.peers import ChunkyPeer, ResetPeer
from courseware.checker.report import Failed, TimedOut
from courseware.checker.wire import Connection
from courseware.exercises.context import Context, Server
from courseware.exercises.model import Exercise, Stage

MORE = b"m" * 300_000
"""What a client sends that the server need not read; more than one receive takes."""

GIVE_UP = 0.5
"""Seconds that the server waits for a client's end."""

LATEST = GIVE_UP + 1.5
"""Seconds after which the next client must have been served; a busy machine takes its time."""


PROMPT = 0.8 * GIVE_UP
"""Seconds from the last octet to the end, in the best of some tries; less than a wait for us."""

HESITATION = 0.1
"""Seconds before a client reads: a server that waits for nothing has closed by then."""


class SmallWindow(Connection):
    """A client whose system holds little: most of a long answer is still on the server's side."""

    receive_buffer = 32_768


def answer(count: int) -> bytes:
    """What a server sends for a number."""
    return b"x" * count


def ask(context: Context, server: Server, count: int, subject: str) -> float:
    """One well-behaved client, to the end of its connection; seconds from the answer to that."""
    client = context.connect(server)
    client.exchange(b"%d\n" % count, answer(count), subject)
    begin = time.monotonic()
    client.expect_end(subject)
    waited = time.monotonic() - begin
    client.close()
    return waited


def answers(context: Context) -> None:
    """Short and long answers; the request whole and in single octets."""
    server = context.start()
    counts = (1, context.chance.randrange(2, 1_000), 1_000_000)
    waited = min(ask(context, server, count, f"the answer to `{count}`") for count in counts)
    if waited > PROMPT:
        raise Failed(
            f"The end of the stream came {waited:.2f} s after the last octet, or later, each time. "
            f"The client waits for it: end your direction as soon as everything is sent."
        )
    client = context.peer(server, ChunkyPeer)
    client.send_pieces([b"1", b"2", b"\n"], one_message=True)
    client.expect(answer(12), "the answer to `12` in pieces")
    client.expect_end("the answer to `12` in pieces")


def delivers_all(context: Context) -> None:
    """The client has sent more than the server reads before it answers."""
    server = context.start()
    count = context.chance.randrange(100_000, 1_000_000)
    client = context.peer(server, SmallWindow)
    client.send(b"%d\n" % count + MORE)
    subject = f"the answer to `{count}` with {len(MORE):,} octets behind it"
    client.expect(answer(count), subject)
    client.end()
    client.expect_end(subject)


def delivers_while_receiving(context: Context) -> None:
    """The client goes on sending while it takes the answer."""
    server = context.start()
    part, parts = 50_000, 40
    client = context.peer(server, SmallWindow)
    subject = f"the answer to `{part * parts}` while the client sends on"
    client.send(b"%d\n" % (part * parts))
    time.sleep(HESITATION)
    for _ in range(parts):
        client.expect(answer(part), subject)
        client.send(MORE[:4_000])
    client.end()
    client.expect_end(subject)


def gives_up_the_silent(context: Context) -> None:
    """A client has everything, stays and says nothing; another one waits."""
    server = context.start()
    stays = context.connect(server)
    stays.exchange(b"3\n", answer(3), "the answer to a client that stays")
    stays.expect_end("the answer to a client that stays")
    second = context.connect(server)
    second.send(b"4\n")
    second.expect(answer(4), "the answer to the client behind one that stays", within=LATEST)


def gives_up_the_dripping(context: Context) -> None:
    """As before, but the client sends an octet now and then."""
    server = context.start()
    stays = context.connect(server)
    stays.exchange(b"3\n", answer(3), "the answer to a client that goes on sending")
    second = context.connect(server)
    second.send(b"4\n")
    until = time.monotonic() + LATEST
    while not second.received_now(0.1):
        if time.monotonic() > until:
            raise TimedOut(
                f"the client behind one that sends an octet now and then was not answered within "
                f"{LATEST:g} s."
            )
        with contextlib.suppress(OSError):
            stays.socket.send(b"d")
    second.expect(answer(4), "the answer to the client behind one that goes on sending")
    with contextlib.suppress(OSError):
        while time.monotonic() < until:
            stays.socket.send(b"d")
            time.sleep(0.02)
        raise TimedOut(
            f"the connection of a client that sends an octet now and then was still open after "
            f"{LATEST:g} s."
        )


def survives_leavers(context: Context) -> None:
    """Clients that leave before, inside and behind their request."""
    server = context.start()
    context.connect(server).close()
    ask(context, server, 5, "the answer behind a client that left without a word")
    context.peer(server, ResetPeer).strike(b"12")
    ask(context, server, 6, "the answer behind a client that was cut off inside its request")
    context.peer(server, ResetPeer).strike(b"1000000\n")
    ask(context, server, 7, "the answer behind a client that was cut off inside its answer")


def ends(context: Context) -> None:
    """Ctrl-C."""
    server = context.start()
    ask(context, server, 8, "the answer")
    context.stop(server)


EXERCISE = Exercise(
    name="last-bytes",
    chapter=13,
    slug="kernel",
    title="Deliver the last octets",
    goal=(
        "Write a server that receives a number n (1 to 2,000,000, in digits, ended by a line "
        "feed), sends n octets `x`, and ends the connection so that the client gets all of them "
        "and then the end of the stream, however much it still sends. It waits for the client's "
        "end for half a second at most, and serves one client after the other until Ctrl-C."
    ),
    stages=(
        Stage(
            "answers, and ends the stream",
            answers,
            "The number comes as a line, perhaps in pieces; the answer is n octets and the end of "
            "the stream (chapters 12 and 13).",
            randomized=True,
        ),
        Stage(
            "delivers everything to a client that has sent more",
            delivers_all,
            "Closing a socket with unread octets resets the connection, and what the client has "
            "not received yet is lost (chapter 13; RFC 9293 section 3.6.1).",
            randomized=True,
        ),
        Stage(
            "delivers everything while the client sends on",
            delivers_while_receiving,
            "What arrives at a closed socket is answered with a reset as well. End your direction, "
            "then receive until the client ends its own (chapter 13).",
        ),
        Stage(
            "gives up a client that stays",
            gives_up_the_silent,
            "A client may never end its direction; every wait has an end (chapter 13).",
        ),
        Stage(
            "gives up a client that goes on sending",
            gives_up_the_dripping,
            "A deadline holds for the whole wait, not for each receive (chapter 13).",
        ),
        Stage(
            "goes on after clients that leave or are cut off",
            survives_leavers,
            "Each call on the socket of a client that has gone may raise OSError, shutdown too; "
            "that ends one connection and no other (chapter 13).",
        ),
        Stage(
            "ends on Ctrl-C",
            ends,
            "A server ends on Ctrl-C with exit code 0 and without a traceback (chapter 12).",
        ),
    ),
)
