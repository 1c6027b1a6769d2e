"""Chapter 12: a server that greets each client by name."""

from __future__ import annotations

from courseware.checker.chance import Chance
from courseware.checker.peers import ChunkyPeer, ResetPeer
from courseware.checker.report import Failed
from courseware.exercises.context import Context, Server, with_port
from courseware.exercises.model import Exercise, Stage

CLIENTS = 50

ASCII_NAMES = ("Ann", "Bob", "Carol", "Dave", "Ann Lee", "O'Brien", "x")
OTHER_NAMES = ("Zoë", "Łukasz", "José", "Жанна", "李小龍", "Søren", "Zoë 🐙")


def names(chance: Chance, count: int) -> list[str]:
    """Names that all differ; every second one has more octets than characters."""
    kinds = (ASCII_NAMES, OTHER_NAMES)
    return [
        f"{chance.choice(kinds[number % 2])}{number if number > 1 else ''}"
        for number in range(count)
    ]


def greet(context: Context, server: Server, name: str, subject: str = "the greeting") -> None:
    """One well-behaved client, from its connection to the end of it."""
    client = context.connect(server)
    client.exchange(f"{name}\n".encode(), f"Hello, {name}!\n".encode(), subject)
    client.expect_end(subject)
    client.close()


def greets(context: Context) -> None:
    """One client, then, with a fresh start, another: neither name can be built in."""
    for name in names(context.chance, 2):
        greet(context, context.start(), name)


def serves_until_stopped(context: Context) -> None:
    """Fifty clients, one after the other."""
    server = context.start()
    for number, name in enumerate(names(context.chance, CLIENTS), 1):
        greet(context, server, name, f"the greeting of client {number} of {CLIENTS}")


def survives_leavers(context: Context) -> None:
    """Clients that leave in each way, and after each a well-behaved one."""
    server = context.start()
    before, during, after = names(context.chance, 3)
    context.connect(server).close()
    greet(context, server, before, "the greeting after a client that left without a name")
    context.peer(server, ResetPeer).strike()
    greet(context, server, during, "the greeting after a client that reset its connection")
    context.peer(server, ResetPeer).strike(b"Mall")
    greet(context, server, after, "the greeting after a client that was cut off inside its name")


def ends_and_starts_again(context: Context) -> None:
    """Ctrl-C after a connection that the program closed first, then a start on the same port."""
    name, again = names(context.chance, 2)
    for tries_left in (2, 1, 0):
        server = context.start()
        greet(context, server, name)
        context.stop(server)
        port = server.address[1]
        if with_port(context.command, port) is None:
            context.notes.append("not started on the same port again: the command has no --port 0")
            return
        try:
            second = context.start(port)
        except Failed as failure:
            # Another program may have got the port from the system; it will not get the next too.
            if tries_left:
                continue
            what = f"The second start, on the same port, failed. {failure.what}"
            raise Failed(what) from failure
        greet(context, second, again, "the greeting after the second start")
        return


def gives_back(context: Context) -> None:
    """After fifty clients the program holds what it held after one."""
    server = context.start()
    first, *others = names(context.chance, CLIENTS + 1)
    greet(context, server, first)
    before = context.use(server)
    for name in others:
        greet(context, server, name)
    context.expect_given_back(server, before, f"{CLIENTS} clients")


def takes_names_in_pieces(context: Context) -> None:
    """A name cut at every octet, and in single octets."""
    server = context.start()
    for name in names(context.chance, 2):
        for pieces in ChunkyPeer.splits(f"{name}\n".encode()):
            client = context.peer(server, ChunkyPeer)
            client.send_pieces(pieces, one_message=True)
            client.expect(f"Hello, {name}!\n".encode(), "the greeting of a name in pieces")
            client.expect_end("the greeting")
            client.close()


EXERCISE = Exercise(
    name="greeter",
    chapter=12,
    slug="first-server",
    title="Greet by name",
    goal=(
        "Write a server that receives a name (UTF-8, ended by a line feed), answers "
        "`Hello, NAME!` and a line feed, and closes the connection. It serves one client after the "
        "other until Ctrl-C, whatever the clients do, and can be started again at once."
    ),
    stages=(
        Stage(
            "greets a client by name",
            greets,
            "The greeting is `Hello, `, the octets of the name, `!` and one line feed; then the "
            "server closes the connection (chapter 12).",
            randomized=True,
        ),
        Stage(
            "serves 50 clients, one after the other",
            serves_until_stopped,
            "accept takes one connection from the queue of the listening socket; a server calls it "
            "again for the next (chapter 12).",
            randomized=True,
        ),
        Stage(
            "goes on after clients that leave or are cut off",
            survives_leavers,
            "An end of the stream and a reset are events of one connection; they end that "
            "connection and no other (RFC 9293 sections 3.5.3 and 3.6).",
            randomized=True,
        ),
        Stage(
            "ends on Ctrl-C and starts again on the same port",
            ends_and_starts_again,
            "Whoever closes first keeps the connection in TIME-WAIT (RFC 9293 section 3.6.1). The "
            "port can be bound meanwhile only with SO_REUSEADDR, which create_server sets "
            "(chapter 12).",
            randomized=True,
        ),
        Stage(
            "gives every descriptor back",
            gives_back,
            "Each accepted connection is a socket of its own; whoever accepted it closes it "
            "(chapter 12).",
            randomized=True,
        ),
        Stage(
            "takes a name that arrives in pieces",
            takes_names_in_pieces,
            "One recv is not one send: a name ends at its line feed, wherever the pieces end "
            "(RFC 9293 section 2.2; chapter 14).",
            randomized=True,
        ),
    ),
)
