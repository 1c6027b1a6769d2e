"""Chapter 13: the states of a TCP connection, with what one recorded run went through.

Drawn from the output of `every_state.py` in `snippets/kernel/states.transcript`. The arrows are
those of RFC 9293 section 3.3.2, figure 5; an arrow that the run took carries the number of the
line of the output that shows it.
"""

# ruff: noqa: E501
from __future__ import annotations

import re
from dataclasses import dataclass

from courseware.figures.registry import ROOT, Figure, opening
from courseware.transcripts import parse

RECORDED = ROOT / "snippets" / "kernel" / "states.transcript"

WIDTH, HEIGHT = 600, 560
BOX, TALL = 122, 30

# The middle of each box. CLOSED stands at the top and, where connections end, once more below.
PLACES = {
    "CLOSED": (300, 22),
    "LISTEN": (110, 100),
    "SYN-SENT": (490, 178),
    "SYN-RECEIVED": (110, 178),
    "ESTABLISHED": (300, 256),
    "FIN-WAIT-1": (110, 334),
    "CLOSE-WAIT": (490, 334),
    "FIN-WAIT-2": (110, 434),
    "CLOSING": (300, 434),
    "LAST-ACK": (490, 434),
    "TIME-WAIT": (300, 534),
    "CLOSED again": (490, 534),
}


@dataclass(frozen=True)
class Arrow:
    """A change of state: what causes it, what is sent, and where it is drawn."""

    source: str
    target: str
    cause: str
    points: tuple[tuple[int, int], ...]
    label: tuple[int, int]
    anchor: str = "start"


ARROWS = (
    Arrow("CLOSED", "LISTEN", "listen", ((239, 22), (110, 22), (110, 85)), (118, 58)),
    Arrow("CLOSED", "SYN-SENT", "connect: SYN", ((361, 22), (490, 22), (490, 163)), (482, 98), "end"),
    Arrow("LISTEN", "SYN-RECEIVED", "SYN: SYN ACK", ((110, 115), (110, 163)), (118, 144)),
    Arrow("SYN-SENT", "SYN-RECEIVED", "SYN: SYN ACK", ((429, 178), (171, 178)), (300, 170), "middle"),
    Arrow("SYN-RECEIVED", "ESTABLISHED", "ACK", ((150, 193), (239, 248)), (212, 218)),
    Arrow("SYN-SENT", "ESTABLISHED", "SYN ACK: ACK", ((450, 193), (361, 248)), (424, 224)),
    Arrow("SYN-RECEIVED", "FIN-WAIT-1", "close: FIN", ((90, 193), (90, 319)), (82, 262), "end"),
    Arrow("ESTABLISHED", "FIN-WAIT-1", "close: FIN", ((239, 264), (150, 319)), (212, 304)),
    Arrow("ESTABLISHED", "CLOSE-WAIT", "FIN: ACK", ((361, 264), (450, 319)), (424, 290)),
    Arrow("FIN-WAIT-1", "FIN-WAIT-2", "ACK", ((90, 349), (90, 419)), (82, 388), "end"),
    Arrow("FIN-WAIT-1", "CLOSING", "FIN: ACK", ((171, 340), (280, 419)), (262, 376)),
    Arrow("FIN-WAIT-1", "TIME-WAIT", "FIN ACK: ACK", ((140, 349), (205, 400), (205, 470), (262, 519)), (216, 470)),
    Arrow("FIN-WAIT-2", "TIME-WAIT", "FIN: ACK", ((110, 449), (110, 534), (239, 534)), (102, 494), "end"),
    Arrow("CLOSING", "TIME-WAIT", "ACK", ((320, 449), (320, 519)), (328, 494)),
    Arrow("CLOSE-WAIT", "LAST-ACK", "close: FIN", ((490, 349), (490, 419)), (498, 388)),
    Arrow("LAST-ACK", "CLOSED again", "ACK", ((490, 449), (490, 519)), (498, 488)),
    Arrow("TIME-WAIT", "CLOSED again", "time", ((361, 534), (429, 534)), (395, 526), "middle"),
)  # fmt: skip


def seen() -> tuple[dict[str, int], dict[tuple[str, str], int]]:
    """For each state, and for each change of state, the first line of the output that shows it."""
    states: dict[str, int] = {}
    changes: dict[tuple[str, str], int] = {}
    before: dict[tuple[str, str], str] = {}
    for line in parse(RECORDED).terminals["every"].steps[0].lines[1:]:
        found = re.fullmatch(r" *(\d+)  (.{7}).{37}(\S+) +(\S+)", line)
        assert found, line
        number, name = int(found[1]), found[2].strip()
        for side, state in (("client", found[3]), ("server", found[4])):
            state = "CLOSED" if state == "-" else state
            # Every end at the server begins as the listening socket.
            start = "LISTEN" if side == "server" and name else "CLOSED"
            states.setdefault(state, number)
            last = before.get((name, side), start)
            changes.setdefault((last, state), number)
            before[name, side] = state
    return states, changes


def draw() -> str:
    """Boxes for the states, arrows between them; the accent marks what the run went through."""
    states, changes = seen()
    taken = [arrow for arrow in ARROWS if _line(arrow, changes)]
    missing = [arrow for arrow in ARROWS if not _line(arrow, changes)]
    story = "; ".join(f"{_named(arrow)}, line {_line(arrow, changes)}" for arrow in taken)
    out = [
        opening(WIDTH, HEIGHT),
        "<title>The states of a TCP connection and what a recorded run went through</title>",
        f"<desc>{len(states)} states and {len(ARROWS)} arrows. Seen in the run: {story}. "
        f"Not seen: {'; '.join(_named(arrow) for arrow in missing)}.</desc>",
    ]
    for arrow in ARROWS:
        out += _arrow(arrow, _line(arrow, changes))
    for name, (x, y) in PLACES.items():
        out += [
            f'<rect class="fig-fill" x="{x - BOX // 2}" y="{y - TALL // 2}" width="{BOX}" '
            f'height="{TALL}" rx="4"/>',
            f'<text x="{x}" y="{y + 5}" text-anchor="middle">{name.split()[0]}</text>',
        ]
    return "\n".join([*out, "</svg>"]) + "\n"


def _line(arrow: Arrow, changes: dict[tuple[str, str], int]) -> int:
    return changes.get((arrow.source, arrow.target.split()[0]), 0)


def _named(arrow: Arrow) -> str:
    return f"{arrow.source} to {arrow.target.split()[0]} ({arrow.cause})"


def _arrow(arrow: Arrow, line: int) -> list[str]:
    kind = "fig-accent" if line else "fig-muted"
    (x1, y1), (x2, y2) = arrow.points[-2:]
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    along, across = 9 * (x2 - x1) / length, 9 * (y2 - y1) / length
    head = " ".join(
        f"{x2 - along - turn * across / 2:.1f},{y2 - across + turn * along / 2:.1f}"
        for turn in (1, -1)
    )
    path = " L".join(f"{x} {y}" for x, y in arrow.points)
    dashes = "" if line else ' stroke-dasharray="4 3"'
    number = f'<tspan class="fig-accent" style="stroke:none">{line}</tspan> ' if line else ""
    x, y = arrow.label
    return [
        f'<path class="{kind}" fill="none" stroke-width="1.5"{dashes} d="M{path}"/>',
        f'<polygon class="{kind}" points="{x2},{y2} {head}"/>',
        f'<text class="fig-muted" x="{x}" y="{y}" font-size="12" text-anchor="{arrow.anchor}">'
        f"{number}{arrow.cause}</text>",
    ]


FIGURES = [Figure("kernel", "sockets/kernel.states.svg", draw)]
