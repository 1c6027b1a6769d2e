"""Chapter 25: a sender and a receiver that make a reliable transfer out of datagrams."""

from __future__ import annotations

from collections.abc import Callable

from courseware.exercises.context import Context
from courseware.exercises.model import Exercise, Stage

WITHIN = 10.0
"""Seconds for a stage; the virtual ones cost nothing."""


def driven(function: str) -> Callable[[Context], None]:
    """A stage that is a function of the driver, with a seed of its own."""

    def run(context: Context) -> None:
        within = min(WITHIN, 2 * context.limits.patience)
        context.drive("reliable_path", function, context.chance.randrange(10**6), within=within)

    return run


EXERCISE = Exercise(
    name="reliable-path",
    chapter=25,
    slug="reliability",
    title="Reliable over a bad path",
    goal=(
        "Write `Sender` and `Receiver`, which make a reliable transfer out of datagrams. They have "
        "no socket and no clock: the caller hands over datagrams and the time. Content goes in "
        "pieces of 500 octets, at most `window` of them under way; what is not acknowledged after "
        "`wait` seconds is sent again; after 10 such timeouts in a row the sender gives up."
    ),
    stages=(
        Stage(
            "cuts content into packets",
            driven("cuts_content"),
            "Each packet has a number, and the end is a packet too: otherwise nobody could "
            "acknowledge it (RFC 9293 section 3.4; chapter 25).",
            randomized=True,
        ),
        Stage(
            "keeps its window",
            driven("keeps_its_window"),
            "An ACK names the packet that is expected next, so it acknowledges all before it. What "
            "is under way is bounded by the window (chapter 25).",
            randomized=True,
        ),
        Stage(
            "sends again",
            driven("sends_again"),
            "What is not acknowledged when its time is over is sent again, and nothing else "
            "(RFC 9293 section 3.8.1; chapter 25).",
            randomized=True,
        ),
        Stage(
            "takes each packet once",
            driven("takes_once"),
            "A packet that came before is not taken again, but it is answered again: its ACK may "
            "have been lost (chapter 25).",
            randomized=True,
        ),
        Stage(
            "believes nothing",
            driven("believes_nothing"),
            "What is damaged, belongs to another transfer or is no packet changes nothing "
            "(chapter 25).",
            randomized=True,
        ),
        Stage(
            "ends, or gives up",
            driven("ends_or_gives_up"),
            "The last ACK can be lost like any other, so a receiver answers after the end as well. "
            "And a sender that nobody answers ends with an error (chapter 25).",
            randomized=True,
        ),
        Stage(
            "holds out",
            driven("holds_out"),
            "All of it together, with losses, copies and packets that overtake each other, on a "
            "clock that is a number (chapter 25).",
            randomized=True,
        ),
        Stage(
            "runs live",
            driven("runs_live"),
            "Code without I/O does over a socket what it did in a test (chapter 25).",
            randomized=True,
        ),
    ),
)
