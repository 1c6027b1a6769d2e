"""Chapter 01: the first exchange, as the relay between the two programs saw it.

Drawn from `snippets/first-request/exchange.txt`, which `wiretap.py` printed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from courseware.figures.registry import ROOT, Figure, opening

RECORDED = ROOT / "snippets" / "first-request" / "exchange.txt"

WIDTH, TOP = 560, 44
CLIENT, SERVER = 92, 508
LINE = 17
EVENT = re.compile(r"1 +(?P<seconds>[\d.]+) s  (?P<what>.+)")
ROW = re.compile(r"  [0-9a-f]{4}  (?P<octets>.{47})  (?P<text>.+)")


@dataclass
class Event:
    """One event of the log: when, what, and the rows of its hexdump (octets, characters)."""

    seconds: str
    what: str
    rows: list[tuple[str, str]] = field(default_factory=list)

    @property
    def height(self) -> int:
        return LINE * (2 * len(self.rows) + 2) + 6


def recorded() -> list[Event]:
    """The events of the one connection in the log."""
    events: list[Event] = []
    for line in RECORDED.read_text(encoding="utf-8").splitlines():
        if match := EVENT.fullmatch(line):
            events.append(Event(match["seconds"], match["what"]))
        elif match := ROW.fullmatch(line):
            events[-1].rows.append((match["octets"].rstrip(), match["text"]))
    return events


def _event(event: Event, top: int) -> list[str]:
    """Its lines of text, and below them the arrow to the side that the octets went to."""
    bottom = top + event.height - LINE
    middle = (CLIENT + SERVER) // 2
    out = [
        f'<text class="fig-muted" x="{CLIENT - 12}" y="{bottom + 4}" font-size="12" '
        f'text-anchor="end">{event.seconds}</text>',
        f'<text x="{middle}" y="{top + LINE - 4}" text-anchor="middle">{event.what}</text>',
    ]
    y = top + LINE
    for octets, text in event.rows:
        for shown, color in ((octets, "fig-accent"), (text, "fig-muted")):
            y += LINE
            out.append(
                f'<text class="{color}" x="{middle}" y="{y - 4}" font-size="13" '
                f'font-family="monospace" text-anchor="middle">{shown}</text>'
            )
    if ":" not in event.what:
        dashes = 'stroke-width="1.5" stroke-dasharray="4 4"'
        return [*out, f'<path class="fig-muted" {dashes} d="M{CLIENT} {bottom} H{SERVER}"/>']
    to_server = event.what.startswith("client")
    x1, x2 = (CLIENT, SERVER) if to_server else (SERVER, CLIENT)
    back = x2 - 8 if to_server else x2 + 8
    head = f"{x2},{bottom} {back},{bottom - 4} {back},{bottom + 4}"
    return [
        *out,
        f'<path class="fig-accent" stroke-width="1.5" d="M{x1} {bottom} H{x2}"/>',
        f'<polygon class="fig-accent" points="{head}"/>',
    ]


def draw() -> str:
    """The SVG: client on the left, server on the right, time downward."""
    events = recorded()
    height = TOP + sum(event.height for event in events)
    story = "; ".join(f"after {event.seconds} seconds {event.what}" for event in events)
    lines = [
        opening(WIDTH, height),
        "<title>The first exchange, as the relay between client and server saw it</title>",
        f"<desc>Two columns, time going downward: {story}.</desc>",
        f'<text x="{CLIENT}" y="18" font-weight="bold" text-anchor="middle">Client</text>',
        f'<text x="{SERVER}" y="18" font-weight="bold" text-anchor="middle">Server</text>',
        f'<text class="fig-muted" x="{CLIENT - 12}" y="38" font-size="12" text-anchor="end">'
        "seconds</text>",
    ]
    lines += [f'<path class="fig-muted" d="M{x} 28 V{height}"/>' for x in (CLIENT, SERVER)]
    top = TOP - 10
    for event in events:
        lines += _event(event, top)
        top += event.height
    return "\n".join([*lines, "</svg>"]) + "\n"


FIGURES = [Figure("first-request", "internet/first-request.timeline.svg", draw)]
