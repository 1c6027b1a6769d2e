"""Chapter 23: a broadcast in which nobody waits for a client that is frozen."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Sequence

from courseware.checker.chance import Chance
from courseware.checker.peers import ChunkyPeer, NonReader, Peer
from courseware.checker.report import Failed, TimedOut
from courseware.checker.waiting import wait_until
from courseware.checker.wire import QUICK_ACKNOWLEDGMENTS, Connection
from courseware.exercises.context import Context, Kind, Server
from courseware.exercises.model import Exercise, Stage

LINE_LIMIT = 4_096
CLIENTS, FROZEN = 50, 3
PATIENCE = 0.3
"""Seconds of the policy: who takes nothing for so long, while something waits, is cut off."""

LINES = 100
"""Of nearly the limit each: 400 KB, more than the system holds for a client, less than 1 MiB."""

GAP = 0.25
"""Seconds without a line for anybody: the end of the policy's time was waited for."""

CUT_WITHIN = 1.5
"""Seconds until a client is cut off: the policy's time, and some for a busy machine."""

END_WITHIN = 0.5
"""Seconds for a client that reads at last to come to the end that was there already."""

SLOW_LINES, SLOW_READ, SLOW_PAUSE = 210, 16_384, 0.01
"""What a slow client gets, how much it reads at a time, and how long it pauses."""

ATTEMPTS = 2
"""Where this machine itself was too late, a stage begins anew."""

MEBIBYTE = 1_048_576
FLOOD_LINES = 6_000
"""24 MB of lines, made faster than the policy's time runs out."""
ALLOWED_GROWTH = 8 * MEBIBYTE

LEAVERS = 30
SOME_CUTS = 20


def line_of(chance: Chance, length: int = 24) -> bytes:
    """A line with its LF; no other is the same."""
    return chance.ascii_text(length).encode() + b"\n"


def long_lines(chance: Chance, count: int) -> list[bytes]:
    """Lines that differ, of nearly the limit each."""
    filling = chance.ascii_text(LINE_LIMIT - 96).encode()
    return [b"%06d %b\n" % (number, filling) for number in range(count)]


def join(context: Context, everybody: list[Connection], client: Kind) -> Kind:
    """Let a client be known to be there: it says a line, and all get it."""
    everybody.append(client)
    hear(client, everybody, line_of(context.chance), f"a first line of client {len(everybody)}")
    return client


def crowd(context: Context, server: Server, count: int) -> list[Connection]:
    """Clients that are known to be there."""
    clients: list[Connection] = []
    for _ in range(count):
        join(context, clients, context.connect(server))
    return clients


def hear(sender: Connection, clients: Sequence[Connection], line: bytes, subject: str) -> None:
    """One client sends a line, and all of these get it."""
    sender.send(line)
    for client in clients:
        client.expect(line, subject)


class Frozen(NonReader):
    """Takes nothing after its first line."""

    receive_buffer = 4_096

    def cut_off(self) -> bool:
        """Whether a reset has come, seen without receiving."""
        return self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0


# ---- stages -------------------------------------------------------------------------------------


def sends_to_all(context: Context) -> None:
    """Three clients, each says something, an empty line among it."""
    server = context.start()
    clients = crowd(context, server, 3)
    longest = context.chance.ascii_text(LINE_LIMIT).encode() + b"\n"
    for client in clients:
        for line in (line_of(context.chance), b"\n", b"\xff\0\r\n", longest):
            hear(client, clients, line, "a line for all")
    too_long = context.chance.ascii_text(LINE_LIMIT + 1).encode() + b"\n"
    chatty = join(context, list(clients), context.peer(server, Peer))
    chatty.send(too_long)
    # An end or a reset: who closes with octets unread resets.
    if not chatty.ended(chatty.patience):
        waited = f"{chatty.patience:g} s"
        raise TimedOut(f"the connection was still open {waited} after a line of 4,097 octets.")
    hear(clients[0], clients, line_of(context.chance), "a line after one that was too long")


def keeps_lines_whole(context: Context) -> None:
    """A client sends its line in pieces, another one its own between them."""
    server = context.start()
    (other,) = crowd(context, server, 1)
    client = join(context, [other], context.peer(server, ChunkyPeer))
    first, second = line_of(context.chance), line_of(context.chance)
    splits = list(client.splits(first + second))
    if not QUICK_ACKNOWLEDGMENTS:
        context.notes.append(f"only {SOME_CUTS} of {len(splits)} cuts tried: they are slow here")
        splits = [*context.chance.sample(splits[:-1], SOME_CUTS), splits[-1]]
    for pieces in splits:
        client.send_pieces(pieces)
        where = "in single octets" if len(pieces) > 2 else f"cut at offset {len(pieces[0])}"
        for each in (client, other):
            each.expect(first + second, f"two lines {where}")
    begun, between = line_of(context.chance), line_of(context.chance)
    client.send(begun[:9])
    hear(other, [client, other], between, "a line while another client is inside one")
    client.send(begun[9:])
    for each in (client, other):
        each.expect(begun, "a line in two pieces, with one of another client between them")


def serves_fifty(context: Context) -> None:
    """Fifty clients send at the same time; all get the lines in one order."""
    clients = crowd(context, context.start(), CLIENTS)
    lines = [b"%02d %b" % (number, line_of(context.chance)) for number in range(CLIENTS)]
    for client, line in zip(clients, lines, strict=True):
        client.send(line)
    whole = len(b"".join(lines))
    deadline = clients[0].patience
    wait_until(lambda: len(clients[0].received_now(0.01)) >= whole, deadline)
    order = clients[0].received_now(0)
    if sorted(order.splitlines(keepends=True)) != lines:
        clients[0].expect(b"".join(lines), f"the lines of {CLIENTS} clients, in any order")
    for client in clients:
        client.expect(order, f"the lines of {CLIENTS} clients, in the order of the first one")


def does_not_wait(context: Context) -> None:
    """Three of fifty freeze; the others get each line meanwhile, and the three are cut off."""
    for _ in range(ATTEMPTS):
        if waits_for_frozen(context):
            continue
        return
    raise Failed(
        f"While {FROZEN} of {CLIENTS} clients took nothing, the others got no line for more than "
        f"{GAP:g} s, until a frozen one was cut off."
    )


def waits_for_frozen(context: Context) -> bool:
    """Whether the others got nothing for a while and a frozen one was then cut off."""
    server = context.start()
    healthy = crowd(context, server, CLIENTS - FROZEN)
    everybody = list(healthy)
    frozen = [join(context, everybody, context.peer(server, Frozen)) for _ in range(FROZEN)]
    longest, cut_off = 0.0, False
    sender = context.chance.choice(healthy)
    for line in long_lines(context.chance, LINES):
        began = time.monotonic()
        hear(sender, healthy, line, f"a line beside {FROZEN} clients that take nothing")
        longest = max(longest, time.monotonic() - began)
        if longest > GAP and any(client.cut_off() for client in frozen):
            cut_off = True
            break
    if not cut_off:
        expect_cut_off(context, sender, healthy, frozen)
    for client in everybody:
        client.close()
    return cut_off


def expect_cut_off(
    context: Context, sender: Connection, healthy: Sequence[Connection], frozen: Sequence[Frozen]
) -> None:
    """The policy's time passes; the frozen ones have to be gone then."""
    gone: set[Frozen] = set()

    def all_gone() -> bool:
        gone.update(client for client in frozen if client not in gone and client.cut_off())
        return len(gone) == len(frozen)

    wait_until(all_gone, min(CUT_WITHIN, PATIENCE + sender.patience / 2), pause=0.01)
    for client in frozen:
        # A program may end a connection without a reset: its end is behind what the system holds.
        if client not in gone and not client.ended(END_WITHIN):
            raise Failed(
                f"A client for which lines waited took nothing for more than {PATIENCE:g} s, and "
                "was not cut off."
            )
    hear(sender, healthy, line_of(context.chance), "a line after the frozen ones were cut off")


def keeps_the_slow(context: Context) -> None:
    """One client reads slowly, but reads; it gets every line."""
    for attempt in range(1, ATTEMPTS + 1):
        late, failure = slow_failure(context)
        if failure is None:
            return
        if not late or attempt == ATTEMPTS:
            raise failure


def slow_failure(context: Context) -> tuple[bool, Failed | None]:
    """What a slow client has to complain of; and whether it was itself too late once."""
    server = context.start()
    (fast,) = crowd(context, server, 1)
    slow = join(context, [fast], context.peer(server, Slow))
    lines = long_lines(context.chance, SLOW_LINES)
    for line in lines:
        hear(fast, [fast], line, "a line for the fast one of two clients")
    expected = b"".join(lines)
    received, gap, pause = bytearray(), 0.0, threading.Event()
    slow.socket.settimeout(slow.patience)
    end = ""
    while len(received) < len(expected):
        began = time.monotonic()
        try:
            octets = slow.socket.recv(SLOW_READ)
        except TimeoutError:
            end = f"nothing more came within {slow.patience:g} s"
            break
        except ConnectionError:
            octets = b""
        if not octets:
            end = "the connection was cut off"
            break
        received += octets
        pause.wait(SLOW_PAUSE)
        gap = max(gap, time.monotonic() - began)
    fast.close()
    slow.close()
    if received == expected:
        return False, None
    if not end:
        return False, Failed("A client that reads slowly, but reads, did not get every line.")
    amount = f"{len(received):,} of {len(expected):,} octets"
    what = f"To a client that reads slowly, but reads, {end} after {amount}."
    return gap > PATIENCE / 2, Failed(what)


class Slow(Peer):
    """Reads a little, and pauses."""

    receive_buffer = 65_536


def holds_little(context: Context) -> None:
    """More lines than may be held come before the policy's time is over."""
    server = context.start()
    (sender,) = crowd(context, server, 1)
    join(context, [sender], context.peer(server, Frozen))
    before = context.use(server)
    lines = long_lines(context.chance, 50)
    block = b"".join(lines)
    for _ in range(FLOOD_LINES // len(lines)):
        sender.exchange(block, block, "50 lines, beside a client that takes nothing")
    grown = context.grown(server, before)
    if grown > ALLOWED_GROWTH:
        raise Failed(
            f"For one client that takes nothing the program's memory grew by "
            f"{grown / MEBIBYTE:.0f} MiB; 1 MiB may be held for it."
        )


def forgets_leavers(context: Context) -> None:
    """Clients leave, by an end, by a reset, inside a line."""
    server = context.start()
    stays = crowd(context, server, 2)
    before = context.use(server)
    for number in range(LEAVERS):
        client = join(context, list(stays), context.connect(server))
        if number % 3 == 0:
            client.end()
            client.expect_end("the end of the client's side")
        elif number % 3 == 1:
            client.send(b"half a li")
            client.end()
            with contextlib.suppress(Failed):
                client.expect_end("an end inside a line")
        else:
            client.reset()
        client.close()
        hear(stays[0], stays, line_of(context.chance), "a line after another client left")
    if before is not None:
        context.expect_given_back(server, before, f"{LEAVERS} clients")
    context.stop(server)


EXERCISE = Exercise(
    name="broadcast",
    chapter=23,
    slug="flow-control",
    title="Wait for nobody",
    goal=(
        "Send each line of a client (at most 4,096 octets and LF; a longer one ends its "
        "connection) to all clients, itself among them, in one order for all. Nobody waits for a "
        "client that does not take its lines. The policy: a client that takes nothing for 0.3 "
        "seconds while something waits for it is cut off, and so is one for which more than 1 MiB "
        "waits. A slow client that goes on taking its lines gets them all."
    ),
    stages=(
        Stage(
            "sends each line to all",
            sends_to_all,
            "A line may hold any octets but LF; the sender gets it too (chapter 23).",
            randomized=True,
        ),
        Stage(
            "keeps lines whole",
            keeps_lines_whole,
            "Each connection is a stream of its own: what one client has begun, another does not "
            "end (RFC 9293 section 2.2; chapter 23).",
            randomized=True,
        ),
        Stage(
            "serves 50 clients, in one order",
            serves_fifty,
            "What one client got first, no other gets second (chapter 23).",
            randomized=True,
        ),
        Stage(
            "does not wait for three that are frozen, and cuts them off",
            does_not_wait,
            "One place where all wait for one makes the slowest client the pace of all. A policy "
            "says what happens to who does not read, and when (chapter 23).",
            randomized=True,
        ),
        Stage(
            "lets a slow one be slow",
            keeps_the_slow,
            "Slow is not frozen: who takes something now and then is served, as long as the limit "
            "on what waits holds (chapter 23).",
            randomized=True,
        ),
        Stage(
            "holds at most 1 MiB for a client",
            holds_little,
            "A queue without a limit only moves the problem: from the client's buffer into the "
            "server's memory (chapter 23).",
            randomized=True,
        ),
        Stage(
            "forgets who has left",
            forgets_leavers,
            "What was held for a client is given back when it leaves, and half a line is no line "
            "(chapters 12, 20).",
            randomized=True,
        ),
    ),
)
