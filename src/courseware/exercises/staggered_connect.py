"""Chapter 19: a client that tries several places, each a little after the last."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from pathlib import Path

from courseware.checker import leaks
from courseware.checker.program import Program
from courseware.checker.report import Failed, TimedOut
from courseware.exercises.context import Context
from courseware.exercises.model import Exercise, Stage

DELAY = 0.15
"""Seconds from one attempt to the next, as the program is told."""

LONG_DELAY = 0.5
"""The same, where an attempt has to be noticed before it is given up."""

TIMEOUT, SHORT = 30.0, 0.4
"""Seconds for all attempts, as the program is told: where somebody answers, and where nobody."""

SLACK = 2.0
"""Seconds that a program may take beside that: to start, and on a busy machine."""

FILLERS = 3
"""Connections that are tried to fill a queue; Linux takes one more than the backlog says."""

SOCKETS, SYN_SENT = Path("/proc/net/tcp"), "02"
"""Where Linux lists its sockets, and how it names the state of an attempt."""

AGAIN = 8.0
"""Seconds for a place that was too busy at first; the system tries again after 1 s and after 3."""

WORDS = ("dog", "house", "thirty", "green", "river")


def filled(context: Context) -> tuple[socket.socket, dict[int, socket.socket]]:
    """A listening socket whose queue is full, and by their ports the sockets that fill it."""
    listener = context.enter(socket.create_server(("127.0.0.1", 0), backlog=0))
    fillers = {}
    for _ in range(FILLERS):
        filler = context.enter(socket.socket())
        filler.setblocking(False)
        filler.connect_ex(listener.getsockname())
        fillers[int(filler.getsockname()[1])] = filler
    return listener, fillers


def silent(context: Context) -> int:
    """A port whose queue is full: on Linux, whoever connects gets no answer."""
    return int(filled(context)[0].getsockname()[1])


def attempts(port: int) -> set[int]:
    """The ports from which connections to this port are being tried; Linux alone tells."""
    pattern = f":([0-9A-F]{{4}}) [0-9A-F]{{8}}:{port:04X} {SYN_SENT} "
    return {int(each, 16) for each in re.findall(pattern, SOCKETS.read_text(encoding="ascii"))}


def refusing(context: Context) -> int:
    """A port at which nobody listens, and nobody will: it stays bound."""
    sock = context.enter(socket.socket())
    sock.bind(("127.0.0.1", 0))
    return int(sock.getsockname()[1])


def run(context: Context, *ports: int, delay: float = DELAY, timeout: float = TIMEOUT) -> Program:
    """Start the program for these ports."""
    more = [*map(str, ports[1:]), "--delay", str(delay), "--timeout", str(timeout)]
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
    with contextlib.suppress(OSError):  # It may have left; then it has not printed the line.
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


def keeps_the_slow(context: Context) -> None:
    """The first place answers late, long after the second, which is silent, was tried."""
    if not SOCKETS.exists():
        context.notes.append("Whether a slow place is waited for can be judged on Linux alone.")
        return
    slow, fillers = filled(context)
    last, others = filled(context)
    port = int(last.getsockname()[1])
    program = run(context, int(slow.getsockname()[1]), port, delay=LONG_DELAY)
    until = time.monotonic() + context.limits.start
    while not attempts(port) - others.keys() and program.wait(0.01) is None:
        if time.monotonic() > until:
            raise TimedOut("the program has not tried the second place, behind a silent one.")
    # Both attempts have begun. Now the queue of the first place is emptied; nobody fills it again.
    for filler in fillers.values():
        filler.close()
    until = time.monotonic() + AGAIN
    slow.settimeout(0.05)
    while True:
        try:
            connection, address = slow.accept()
        except TimeoutError:
            if time.monotonic() > until or program.wait(0) is not None:
                raise Failed(
                    "The first place answers late, and the program had given it up; an attempt "
                    "goes on while later ones are made."
                ) from None
            continue
        context.enter(connection)
        if address[1] not in fillers:
            break
    connection.settimeout(context.limits.patience)
    serve(context, program, connection, "where the first place answers late")


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
            "When an attempt has failed, the next begins without waiting (chapter 19).",
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
        Stage(
            "keeps an attempt that is slow",
            keeps_the_slow,
            "A new attempt does not affect those that are under way (RFC 8305 section 5).",
            randomized=True,
        ),
    ),
)
