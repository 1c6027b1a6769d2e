"""Chapter 16: an echo service that knows how many clients it can take."""

from __future__ import annotations

import contextlib
import threading

from courseware.checker.chance import Chance
from courseware.checker.peers import DripPeer, FloodPeer, NonReader
from courseware.checker.report import Failed
from courseware.checker.unread import wait_until_read
from courseware.checker.waiting import wait_until
from courseware.checker.wire import Connection
from courseware.exercises.context import Context, Kind, Server
from courseware.exercises.model import Exercise, Stage

PLACES = 20
CROWD = 60
FULL = b"ERROR server full\n"
SLOW = b"wait\n"

MORE_THREADS = 20
"""Threads that may be there for refusals, beyond those that a full house has."""

MEBIBYTE = 1_048_576
ENDLESS_LINE = 32 * MEBIBYTE
UNREAD = 32 * MEBIBYTE
ALLOWED_GROWTH = 8 * MEBIBYTE
"""Octets of memory; a line may have a thousandth of that."""

TOLD_WITHIN = 4.0
"""Seconds until a client is refused while others do not leave that were refused before."""

STOP_WITHIN = 3.5
"""Seconds from Ctrl-C to the end: the two that the program has, and some for a busy machine."""

CROWD_TIME = 0.4
"""Seconds that a crowd stands there while the threads are counted."""

DRIPS, DRIP_PAUSE = 40, 0.3
"""Octets, and seconds between two: what a refused client goes on to send that does not leave."""

FREE_WITHIN = 2.0
"""Seconds until the place of a client that has left is free."""


def lines(chance: Chance, count: int) -> list[bytes]:
    """Lines that all differ."""
    return [f"{chance.ascii_text(8)} {number}\n".encode() for number in range(count)]


def talk(context: Context, client: Connection, subject: str) -> None:
    """One line and its answer."""
    line = lines(context.chance, 1)[0]
    client.exchange(line, line, subject)


def fill(context: Context, server: Server) -> list[Connection]:
    """Take all places, each with a first line, so that it is known to be served."""
    clients = []
    for number, line in enumerate(lines(context.chance, PLACES), 1):
        client = context.connect(server)
        client.exchange(line, line, f"the answer to client {number} of {PLACES}")
        clients.append(client)
    return clients


def expect_refusal(
    context: Context, server: Server, subject: str, within: float | None = None
) -> None:
    """One client more, which sends lines before and after it is told, and then ends its side."""
    client = context.connect(server)
    before, *after = lines(context.chance, 3)
    client.send(before)
    client.expect(FULL, subject, within=within)
    # To a connection that is closed already the first brings a reset, and the second fails.
    for line in after:
        client.send(line)
    client.end()
    client.expect_end(subject)
    client.close()


def echoes(context: Context) -> None:
    """One client, its lines one by one, then several at once."""
    client = context.connect(context.start())
    for line in lines(context.chance, 3):
        client.exchange(line, line, "the answer")
    many = b"".join(lines(context.chance, 10))
    client.exchange(many, many, "the answers to 10 lines sent at once")
    client.end()
    client.expect_end("the end of the client's side")


def serves_all_places(context: Context) -> None:
    """Twenty clients are connected; they talk in another order than they came."""
    server = context.start()
    clients = fill(context, server)
    for _ in range(3):
        context.chance.shuffle(clients)
        said = list(zip(clients, lines(context.chance, PLACES), strict=True))
        for client, line in said:
            client.send(line)
        for client, line in reversed(said):
            client.expect(line, "the answer to one of 20 clients")


def refuses_one_more(context: Context) -> None:
    """The 21st, which sends a line before it knows; then one that stays, while a place is free."""
    server = context.start()
    clients = fill(context, server)
    for _ in range(3):
        expect_refusal(context, server, "the refusal of client 21")
    for client in clients:
        talk(context, client, "the answer to a client beside a refused one")
    stays = context.peer(server, DripPeer)
    stays.exchange(lines(context.chance, 1)[0], FULL, "the refusal of client 21")
    stays.load(bytes(DRIPS))
    enough = threading.Event()
    dripping = threading.Thread(target=_drip, args=[stays, enough])
    dripping.start()
    try:
        clients[0].close()
        newcomer(context, server, Connection)
    finally:
        enough.set()
        dripping.join()


def _drip(peer: DripPeer, enough: threading.Event) -> None:
    # The program has ended its direction already; that is no reason for this client to stop.
    with contextlib.suppress(Failed):
        while not enough.wait(DRIP_PAUSE) and peer.drip():
            pass


def gives_places_back(context: Context) -> None:
    """Some leave, in every way; as many others find a place, and then it is full again."""
    server = context.start()
    clients = fill(context, server)
    context.chance.shuffle(clients)
    for _ in range(3):
        clients[0].end()
        clients[0].expect_end("the end of the client's side")
        clients.pop(0).close()
        clients.pop(0).close()
        clients.pop(0).reset()
        left = clients.pop(0)
        left.send(b"half a li")
        left.close()
        for _ in range(4):
            clients.append(newcomer(context, server, Connection))
        expect_refusal(context, server, "the refusal when all places are taken again")


def newcomer(context: Context, server: Server, kind: type[Kind]) -> Kind:
    """A client for a place that is about to be free: refused, it comes again for a while."""
    line = lines(context.chance, 1)[0]
    found: list[Kind] = []

    def served() -> bool:
        client = context.peer(server, kind)
        try:
            client.exchange(line, line, "the answer to a client that takes a free place")
        except Failed as failure:
            client.close()
            if failure.received != FULL:
                raise
            return False
        found.append(client)
        return True

    if not wait_until(served, FREE_WITHIN, pause=0.02):
        raise Failed(
            f"Clients have left, and new ones are still refused after {FREE_WITHIN:g} s.",
            sent=line,
            expected=line,
            received=FULL,
        )
    return found[0]


def stays_small(context: Context) -> None:
    """A crowd comes while all places are taken; then refused ones that stay; an endless line."""
    server = context.start()
    clients = fill(context, server)
    before = context.use(server)
    crowd = [context.connect(server) for _ in range(CROWD)]
    if before is not None:

        def too_many() -> bool:
            now = context.use(server)
            return now is not None and now.threads > before.threads + MORE_THREADS

        if wait_until(too_many, CROWD_TIME, pause=0.02):
            raise Failed(
                f"With {PLACES} clients the program has {before.threads} threads, and more than "
                f"{MORE_THREADS} others since {CROWD} clients came too late."
            )
    for client in crowd:
        client.end()
    for client in crowd:
        client.expect(FULL, f"the refusal of one of {CROWD} clients at once")
        client.expect_end("the refusal")
        client.close()
    for client in clients:
        talk(context, client, "the answer to a client beside a crowd")
    for _ in range(4):
        context.connect(server).expect(FULL, "the refusal of a client that then stays")
    expect_refusal(context, server, "the refusal beside others that stay", TOLD_WITHIN)
    clients[0].close()
    endless = newcomer(context, server, FloodPeer)
    if before is not None:
        endless.flood(b"a", ENDLESS_LINE)
        grown = context.grown(server, before)
        if grown > ALLOWED_GROWTH:
            raise Failed(
                f"The program's memory grew by {grown / MEBIBYTE:.0f} MiB while one line was "
                "arriving; a line has at most 1,024 octets."
            )


def finishes(context: Context) -> None:
    """Ctrl-C during an answer, with silent clients and one that never reads its answers."""
    server = context.start()
    busy, idle, half = (context.connect(server) for _ in range(3))
    for client in (busy, idle, half):
        talk(context, client, "the answer")
    half.send(b"half a li")
    context.peer(server, NonReader).flood(b"x" * 1_000 + b"\n", UNREAD)
    busy.send(SLOW)
    wait_until_read(busy.socket, busy.patience)
    server.program.interrupt()
    busy.expect(SLOW, "the answer that was being worked on at Ctrl-C")
    busy.expect_end("the last answer")
    idle.expect_end("Ctrl-C")
    context.expect_stopped(server, STOP_WITHIN)


EXERCISE = Exercise(
    name="full-house",
    chapter=16,
    slug="threads",
    title="Bound the clients",
    goal=(
        "Write an echo service for lines with 20 places. One client more gets `ERROR server full` "
        "and a line feed, then the end of the connection, whatever it has sent. A client that "
        "leaves gives its place back. A line `wait` stands for slow work: its answer takes 0.3 "
        "seconds. Ctrl-C lets each answer be finished and ends the program within 2 seconds."
    ),
    stages=(
        Stage(
            "echoes the lines of one client, in order",
            echoes,
            "Each line is answered with the same octets, in the order of the lines (chapter 16).",
            randomized=True,
        ),
        Stage(
            "serves 20 clients at the same time",
            serves_all_places,
            "While one client is silent, the thread of another can receive (chapter 16).",
            randomized=True,
        ),
        Stage(
            "refuses the 21st in words",
            refuses_one_more,
            "A client that is told can come again later. Closing a connection with octets unread "
            "resets it (RFC 9293 section 3.6.1); so end your direction, and receive until the "
            "client has ended its own, for a bounded time (chapter 16).",
            randomized=True,
        ),
        Stage(
            "gives places back",
            gives_places_back,
            "However a client leaves, its place is free: what was acquired is released in a "
            "`finally` (chapter 16).",
            randomized=True,
        ),
        Stage(
            "stays small before a crowd",
            stays_small,
            "A limit that is kept by starting threads is no limit: the threads that refuse are "
            "bounded as well (chapter 16).",
            randomized=True,
        ),
        Stage(
            "finishes its answers at Ctrl-C",
            finishes,
            "A graceful stop accepts no more, lets each thread finish what it has begun, and has a "
            "deadline (chapter 16).",
            randomized=True,
        ),
    ),
)
