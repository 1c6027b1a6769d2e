"""Chapter 17: an echo service in one thread that no client can stop."""

from __future__ import annotations

from courseware.checker.chance import Chance
from courseware.checker.peers import ChunkyPeer, FloodPeer, NonReader, ResetPeer
from courseware.checker.report import Failed, TimedOut
from courseware.exercises.context import Context, Server
from courseware.exercises.model import Exercise, Stage

MANY = 200
"""Clients at once; with what the checker needs, they fit into 256 descriptors."""

MOST_THREADS = 4
"""One thread is enough; a runtime may have some of its own."""

MEBIBYTE = 1_048_576
UNREAD = 64 * MEBIBYTE
"""Octets for a client that never reads; the buffers of both kernels hold a fifth of it."""
FLOOD = 32 * MEBIBYTE
ALLOWED_GROWTH = 8 * MEBIBYTE
LARGE = 16 * MEBIBYTE


def message(chance: Chance, most: int = 100) -> bytes:
    """Octets of any value."""
    return chance.randbytes(chance.randrange(1, most))


def visit(context: Context, server: Server, subject: str) -> None:
    """A well-behaved client, from its connection to the end of it."""
    client = context.connect(server)
    octets = message(context.chance)
    client.exchange(octets, octets, subject)
    client.end()
    client.expect_end("the end of the client's side")
    client.close()


def echoes(context: Context) -> None:
    """Messages whole, in single octets, and large; then the end of the client's side."""
    server = context.start()
    client = context.peer(server, ChunkyPeer)
    for octets in context.chance.distinct(lambda: message(context.chance)):
        client.exchange(octets, octets, "the echo")
    octets = context.chance.randbytes(20)
    client.send_octets(octets)
    client.expect(octets, "the echo of single octets")
    client.end()
    client.expect_end("the end of the client's side")


def serves_many(context: Context) -> None:
    """Two hundred are connected; each says something, in another order than they came."""
    server = context.start()
    clients = [context.connect(server) for _ in range(MANY)]
    context.chance.shuffle(clients)
    for client in clients:
        octets = message(context.chance)
        client.exchange(octets, octets, f"the echo to one of {MANY} clients")
    use = context.use(server)
    if use and use.threads > MOST_THREADS:
        raise Failed(f"The program has {use.threads} threads for {MANY} clients; one is enough.")


def survives_non_reader(context: Context) -> None:
    """A client that only sends; what is echoed to it may not pile up."""
    server = context.start()
    visit(context, server, "the echo to the first client")
    before = context.use(server)
    peer = context.peer(server, NonReader)
    taken, _ = peer.flood(b"x", UNREAD)
    visit(context, server, "the echo to a client beside one that never reads")
    grown = context.grown(server, before)
    if grown > ALLOWED_GROWTH:
        raise Failed(
            f"The program received {taken / MEBIBYTE:.0f} MiB from a client that reads nothing, "
            f"and its memory grew by {grown / MEBIBYTE:.0f} MiB."
        )


def serves_beside_flood(context: Context) -> None:
    """A client that sends and reads as fast as it can; others come between."""
    server = context.start()
    flood = context.peer(server, FloodPeer)
    for _ in range(4):
        _, why = flood.flood(b"x", FLOOD // 4)
        if why != "limit":
            raise Failed("The program does not take what a client sends that reads its echo.")
        visit(context, server, "the echo to a client beside a flood")


def sends_the_rest(context: Context) -> None:
    """A client sends as much as it can, ends its side, and only then reads."""
    server = context.start()
    client = context.peer(server, NonReader)
    sent, _ = client.flood(b"x", LARGE)
    client.end()
    came = 0
    try:
        client.socket.settimeout(client.patience)
        while octets := client.socket.recv(MEBIBYTE):
            came += len(octets)
    except TimeoutError:
        raise TimedOut(
            f"{came:,} of {sent:,} octets came back, and then nothing for {client.patience:g} s."
        ) from None
    except ConnectionError:
        raise Failed(f"The connection was reset; {came:,} of {sent:,} octets came back.") from None
    if came != sent:
        raise Failed(f"A client sent {sent:,} octets, and {came:,} came back.")


def gives_back(context: Context) -> None:
    """Clients that leave in every way, some with an echo on its way to them."""
    server = context.start()
    visit(context, server, "the echo to the first client")
    before = context.use(server)
    for _ in range(5):
        context.connect(server).close()
        context.peer(server, ResetPeer).strike()
        context.peer(server, ResetPeer).strike(message(context.chance))
        reader = context.peer(server, NonReader)
        reader.flood(b"x", MEBIBYTE)
        reader.reset()
        visit(context, server, "the echo to the client after those that left")
    context.expect_given_back(server, before, "clients that left in every way")


def ends(context: Context) -> None:
    """Ctrl-C while clients are connected, one of them with an echo that it does not read."""
    server = context.start()
    idle = context.connect(server)
    octets = message(context.chance)
    idle.exchange(octets, octets, "the echo")
    context.peer(server, NonReader).flood(b"x", 4 * MEBIBYTE)
    context.stop(server)


EXERCISE = Exercise(
    name="steady-echo",
    chapter=17,
    slug="readiness",
    title="Serve many in one thread",
    goal=(
        "Write a server that echoes octets to any number of clients in one thread. A client that "
        "does not read is not read from: what is held for it stays small, and the others notice "
        "nothing. A client that ends its side still gets the rest of its echo, then the end. "
        "Ctrl-C ends the program at once."
    ),
    stages=(
        Stage(
            "echoes octets as they come",
            echoes,
            "An echo has no messages: whatever came goes back, in the same order (chapter 17).",
            randomized=True,
        ),
        Stage(
            f"serves {MANY} clients in one thread",
            serves_many,
            "Ask the system which sockets are ready and do for each what can be done without "
            "waiting (chapter 17).",
            randomized=True,
        ),
        Stage(
            "survives a client that never reads",
            survives_non_reader,
            "Sending waits when the peer's window is closed (RFC 9293 section 3.8.6). So send what "
            "there is room for, keep the rest, and receive nothing more from a client for which "
            "too much is kept (chapter 17).",
            randomized=True,
        ),
        Stage(
            "serves others beside a flood",
            serves_beside_flood,
            "Take a limited piece from each client that is ready, then let the next one have its "
            "turn (chapter 17).",
            randomized=True,
        ),
        Stage(
            "sends the rest after the client's end",
            sends_the_rest,
            "The client has ended one direction; the other still carries the echo (RFC 9293 "
            "section 3.6). Close when nothing is left to send (chapter 17).",
            randomized=True,
        ),
        Stage(
            "gives back what clients leave behind",
            gives_back,
            "A socket is unregistered and closed in every path, also when sending fails "
            "(chapter 17).",
            randomized=True,
        ),
        Stage(
            "ends on Ctrl-C",
            ends,
            "A server that waits only in one place ends from there, clients or not (chapter 17).",
            randomized=True,
        ),
    ),
)
