"""Chapter 19: a client that tries several places, each a little after the last."""

from __future__ import annotations

import socket
import time

from courseware.checker import leaks
from courseware.checker.program import Program
from courseware.checker.report import Failed, TimedOut
from courseware.exercises.context import Context
from courseware.exercises.model import Exercise, Stage

DELAY = 0.15
"""Seconds from one attempt to the next, as the program is told."""

TIMEOUT, SHORT = 30.0, 0.4
"""Seconds for all attempts, as the program is told: where somebody answers, and where nobody."""

SLACK = 2.0
"""Seconds that a program may take beside that: to start, and on a busy machine."""

FILLERS = 3
"""Connections that are tried to fill a queue; Linux takes one more than the backlog says."""

WORDS = ("dog", "house", "thirty", "green", "river")


def silent(context: Context) -> int:
    """A port whose queue is full: on Linux, whoever connects gets no answer."""
    listener = context.enter(socket.create_server(("127.0.0.1", 0), backlog=0))
    for _ in range(FILLERS):
        filler = context.enter(socket.socket())
        filler.setblocking(False)
        filler.connect_ex(listener.getsockname())
    return int(listener.getsockname()[1])


def refusing(context: Context) -> int:
    """A port at which nobody listens, and nobody will: it stays bound."""
    sock = context.enter(socket.socket())
    sock.bind(("127.0.0.1", 0))
    return int(sock.getsockname()[1])


def run(context: Context, *ports: int, timeout: float = TIMEOUT) -> Program:
    """Start the program for these ports."""
    more = [*map(str, ports[1:]), "--delay", str(DELAY), "--timeout", str(timeout)]
    return context.start_client(ports[0], *more)


def accepted(context: Context, listener: socket.socket, within: float, what: str) -> socket.socket:
    """The program's connection at this listening socket."""
    listener.settimeout(within)
    try:
        connection, _ = listener.accept()
    except TimeoutError:
        raise TimedOut(f"the program has not connected to {what} within {within:g} s.") from None
    connection.settimeout(context.limits.patience)
    return context.enter(connection)


def expect_said(context: Context, program: Program, said: str, code: int, where: str) -> None:
    """The program ends soon, has printed this line alone, with this exit code."""
    ended = program.wait(context.limits.patience)
    if ended is None:
        raise TimedOut(f"the program still ran {context.limits.patience:g} s after that, {where}.")
    received = program.output.replace("\r\n", "\n").encode()
    if received != f"{said}\n".encode():
        raise Failed(
            f"The program printed something else {where}.",
            expected=f"{said}\n".encode(),
            received=received,
        )
    if ended != code:
        raise Failed(f"The program ended with exit code {ended} {where}; expected {code}.")


def serve(context: Context, program: Program, connection: socket.socket, where: str) -> None:
    """Send a line in two pieces, and see it printed."""
    line = " ".join(context.chance.choices(WORDS, k=3))
    connection.sendall(line[:3].encode())
    connection.sendall(line[3:].encode() + b"\n")
    expect_said(context, program, line, 0, where)


def takes_the_only_one(context: Context) -> None:
    """One place, which answers."""
    listener = context.listen()
    program = run(context, listener.getsockname()[1])
    connection = accepted(context, listener, context.limits.start, "the only place")
    serve(context, program, connection, "where the only place answers")


def overtakes_silence(context: Context) -> None:
    """A silent place, then one that answers."""
    listener = context.listen()
    program = run(context, silent(context), listener.getsockname()[1])
    connection = accepted(context, listener, DELAY + SLACK, "the second place, behind a silent one")
    serve(context, program, connection, "where the first place is silent")


def passes_refusals(context: Context) -> None:
    """Many places that refuse: none of them is worth a delay."""
    listener = context.listen()
    refusals = [refusing(context) for _ in range(40)]
    program = run(context, *refusals, listener.getsockname()[1])
    within = len(refusals) * DELAY / 3
    connection = accepted(context, listener, within, f"the place behind {len(refusals)} refusals")
    serve(context, program, connection, "where all but the last place refuse")


def staggers(context: Context) -> None:
    """Five silent places: the sixth is not tried before five delays."""
    listener = context.listen()
    quiet = [silent(context) for _ in range(5)]
    begin = time.monotonic()
    program = run(context, *quiet, listener.getsockname()[1])
    connection = accepted(context, listener, 5 * DELAY + SLACK, "the place behind five silent ones")
    if (waited := time.monotonic() - begin) < 5 * DELAY:
        raise Failed(
            f"The sixth place was tried within {waited:.2f} s; with a delay of {DELAY:g} s between "
            f"attempts it begins after {5 * DELAY:g} s."
        )
    serve(context, program, connection, "where five places are silent")


def closes_losers(context: Context) -> None:
    """With the winner connected, the program holds no socket of another attempt."""
    listener = context.listen()
    program = run(context, listener.getsockname()[1])
    alone = accepted(context, listener, context.limits.start, "the only place")
    before = leaks.use_of(program.pid)
    serve(context, program, alone, "where the only place answers")
    program = run(context, silent(context), silent(context), listener.getsockname()[1])
    connection = accepted(context, listener, 2 * DELAY + SLACK, "the third place")
    if before is None:
        context.notes.append(leaks.UNAVAILABLE)
    else:
        leaks.expect_given_back(program.pid, before, "the third of three attempts has succeeded,")
    serve(context, program, connection, "where two places are silent")


def gives_up(context: Context) -> None:
    """Nobody answers: some refuse, some are silent."""
    program = run(context, refusing(context), refusing(context))
    expect_said(context, program, "nobody", 1, "where all places refuse")
    program = run(context, silent(context), refusing(context), timeout=SHORT)
    if program.wait(SHORT + SLACK) is None:
        raise TimedOut(
            f"the program still ran {SHORT + SLACK:g} s after its start, where nobody answers."
        )
    expect_said(context, program, "nobody", 1, "where one place is silent and one refuses")


EXERCISE = Exercise(
    name="staggered-connect",
    chapter=19,
    slug="families",
    title="Race several addresses",
    goal=(
        "Write a client for `--port P1 P2 ...`, the places where its server may be, all at "
        "127.0.0.1. It tries them in this order, each `--delay` seconds after the last, or at once "
        "when the last has failed. The first connection that succeeds is used and all others are "
        "closed: it prints the line that it receives. If none succeeds within `--timeout` seconds, "
        "or all have failed, it prints `nobody` and ends with exit code 1."
    ),
    stages=(
        Stage(
            "takes the only place",
            takes_the_only_one,
            "The line ends at its line feed, and may come in pieces (chapter 14).",
            randomized=True,
        ),
        Stage(
            "overtakes a silent place",
            overtakes_silence,
            "An attempt that has not ended does not hold up the next (RFC 8305 section 5).",
            randomized=True,
        ),
        Stage(
            "passes over refusals at once",
            passes_refusals,
            "When an attempt has failed, the next begins without waiting (RFC 8305 section 5).",
            randomized=True,
        ),
        Stage(
            "begins one attempt after the other",
            staggers,
            "Attempts begin one delay apart, so that no network is flooded (RFC 8305 section 5).",
            randomized=True,
        ),
        Stage(
            "closes the attempts that lost",
            closes_losers,
            "Once a connection is established, all others are canceled (RFC 8305 section 5).",
            randomized=True,
        ),
        Stage(
            "gives up when nobody answers",
            gives_up,
            "Every wait has an end (chapter 15).",
        ),
    ),
)
