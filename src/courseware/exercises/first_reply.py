"""Chapter 01: change one reply and see it on the wire."""

from __future__ import annotations

from courseware.checker.peers import ChunkyPeer
from courseware.exercises.context import Context
from courseware.exercises.model import Exercise, Prediction, Stage

REPLY = b"Hello, wire!\n"
REQUEST = b"hello\n"


def starts(context: Context) -> None:
    """The program listens."""
    context.start()


def replies(context: Context) -> None:
    """The reply has the right octets, and then the connection ends."""
    server = context.start()
    client = context.connect(server)
    client.exchange(REQUEST, REPLY, "the reply")
    client.expect_end("the reply")


def waits_for_the_line(context: Context) -> None:
    """A request in single octets gets the same reply, once it is complete."""
    server = context.start()
    client = context.peer(server, ChunkyPeer)
    client.send_octets(REQUEST, one_message=True)
    client.expect(REPLY, "the reply to a request in single octets")
    client.expect_end("the reply")


def serves_the_next(context: Context) -> None:
    """The client after the first is served as well."""
    server = context.start()
    for which in ("first", "second", "third"):
        client = context.connect(server)
        client.exchange(REQUEST, REPLY, f"the reply to the {which} client")
        client.expect_end("the reply")
        client.close()


EXERCISE = Exercise(
    name="first-reply",
    chapter=1,
    slug="first-request",
    title="Change one reply",
    goal=(
        "Make the server answer `Hello, wire!` and a line feed to each client that has sent a "
        "line, and then end the connection. In the stub, only the reply is another."
    ),
    stages=(
        Stage(
            "starts and listens",
            starts,
            "A server takes `--port` and, once it accepts connections, prints "
            "`LISTENING host port` (chapter 01).",
        ),
        Stage(
            "sends the reply and ends the connection",
            replies,
            "The reply is `Hello, wire!` and one line feed, 13 octets and not one more; a stream "
            "has no other mark of its end than the end of the connection (chapter 01).",
        ),
        Stage(
            "waits for the whole line",
            waits_for_the_line,
            "TCP delivers octets, not messages: a line may come in any number of pieces "
            "(RFC 9293 section 2.2).",
        ),
        Stage(
            "serves one client after the other",
            serves_the_next,
            "A listening socket gives a new connection for each client; a server asks it again and "
            "again (chapter 01).",
        ),
    ),
    prediction=Prediction("How many octets will the reply have?", len(REPLY), "octets"),
)
