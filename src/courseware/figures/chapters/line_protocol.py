"""Chapter 20: a stream cut into pieces, and what the line buffer makes of each.

Drawn by running `snippets/line-protocol/linebuffer.py`. Without a script the figure shows one way
to cut; `docs/assets/js/cuts.js` lets the reader move the cuts, with the states that were computed
here: what the buffer holds after each octet depends on the octets alone, and not on the cuts.
"""

from __future__ import annotations

import html
import json
import runpy
from dataclasses import asdict, dataclass

from courseware.figures.registry import ROOT, Figure, opening

PROGRAM = ROOT / "snippets" / "line-protocol" / "linebuffer.py"

STREAM = b"alpha\r\nb\xc3\xa9ta\ncharlie\n"
LIMIT = 6
CUTS = (2, 9, 17)

WIDTH = 560
CELL, LEFT = 24, 28
OCTETS, ROWS, ROW = 34, 108, 52


@dataclass
class Trace:
    """What the buffer does with the stream.

    Attributes:
        octets: each octet as Python writes it inside a bytes literal.
        events: for each octet, the event that it completes, or nothing.
        held: for each number of octets fed, from 0, what the buffer holds.
    """

    octets: list[str]
    events: list[str]
    held: list[str]


def trace() -> Trace:
    """Feed the stream, octet by octet."""
    buffer = runpy.run_path(str(PROGRAM))["LineBuffer"](limit=LIMIT)
    found = Trace([], [], [repr(bytes(buffer.held))])
    for value in STREAM:
        octet = bytes([value])
        found.octets.append(repr(octet)[2:-1])
        found.events.append(", ".join(f"{kind} {text!r}" for kind, text in buffer.feed(octet)))
        found.held.append(repr(bytes(buffer.held)))
    return found


def rows(found: Trace) -> list[tuple[str, str]]:
    """For each piece: the call, and what comes of it."""
    told = []
    for start, stop in zip((0, *CUTS), (*CUTS, len(STREAM)), strict=True):
        events = [event for event in found.events[start:stop] if event]
        call = f"feed(b'{''.join(found.octets[start:stop])}')"
        told.append((call, ", ".join([*events, f"holds {found.held[stop]}"])))
    return told


def draw() -> str:
    """The SVG: the octets in a row, the cuts through it, and below them one entry a piece."""
    found = trace()
    told = rows(found)
    height = ROWS + ROW * len(told)
    story = ". ".join(f"{call}: {result}" for call, result in told)
    mono = 'font-family="monospace" font-size="14"'
    out = [
        opening(
            WIDTH,
            height,
            f'class="cuts" data-trace="{html.escape(json.dumps(asdict(found)))}" ',
        ),
        f"<title>A stream of {len(STREAM)} octets, cut into {len(told)} pieces</title>",
        f"<desc>What the buffer makes of each piece. {html.escape(story)}.</desc>",
    ]
    for number, (value, shown) in enumerate(zip(STREAM, found.octets, strict=True)):
        x = LEFT + number * CELL
        out += [
            f'<rect class="fig-fill" x="{x}" y="{OCTETS}" width="{CELL}" height="40"/>',
            f'<text x="{x + CELL // 2}" y="{OCTETS + 16}" {mono} text-anchor="middle">'
            f"{value:02x}</text>",
            f'<text class="fig-muted" x="{x + CELL // 2}" y="{OCTETS + 33}" '
            f'font-family="monospace" font-size="{13 if len(shown) < 3 else 9}" '
            f'text-anchor="middle">{shown}</text>',
        ]
    for number, cut in enumerate(CUTS, 1):
        out.append(
            f'<g class="cut" data-after="{cut}" transform="translate({LEFT + cut * CELL} 0)">'
            f'<rect x="-11" y="0" width="22" height="{OCTETS + 50}" fill="transparent"/>'
            f'<path class="fig-accent" stroke-width="2.5" d="M0 22 V{OCTETS + 48}"/>'
            '<circle class="fig-accent" cx="0" cy="14" r="10"/>'
            '<text x="0" y="18" font-size="12" text-anchor="middle" '
            f'fill="var(--md-default-bg-color)">{number}</text></g>'
        )
    for number, (call, result) in enumerate(told):
        y = ROWS + number * ROW
        out += [
            f'<text class="fig-accent" x="{LEFT}" y="{y + 14}" {mono} data-call="{number}">'
            f"{html.escape(call, quote=False)}</text>",
            f'<text x="{LEFT + 18}" y="{y + 34}" {mono} data-result="{number}">'
            f"{html.escape(result, quote=False)}</text>",
        ]
    return "\n".join([*out, "</svg>"]) + "\n"


FIGURES = [Figure("line-protocol", "protocols/line-protocol.cuts.svg", draw)]
