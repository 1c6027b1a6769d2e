"""Chapter 18: what became of 24 datagrams on a lossy path.

Drawn from `snippets/datagrams/delivery.transcript`: the relay's log says what happened to each, and
the command how long one is held back. `delivery.py` sends one every 10 ms.
"""

from __future__ import annotations

import re

from courseware.figures.registry import ROOT, Figure, opening
from courseware.transcripts import parse

RECORD = ROOT / "snippets" / "datagrams" / "delivery.transcript"
SPACING = 0.01

WIDTH, LEFT, CELL = 560, 76, 17.4
SENT, RECEIVED, HEIGHT = 34, 150, 214


def recorded() -> tuple[list[str], float]:
    """What happened to each datagram, and the seconds for which one is held back."""
    lines = parse(RECORD).terminals["proxy"].lines
    hold = re.search(r"--hold ([\d.]+)", lines[0])
    assert hold is not None
    return [line.rpartition(": ")[2] for line in lines if ", there " in line], float(hold[1])


def draw() -> str:
    """From left to right the time; a line for each datagram, from where it was sent to where it
    arrived.
    """
    fates, hold = recorded()
    late = hold / SPACING * CELL
    numbers = {
        word: ", ".join(str(number) for number, fate in enumerate(fates, 1) if fate == word)
        for word in ("lost", "twice", "held back")
    }
    out = [
        opening(WIDTH, HEIGHT),
        f"<title>What became of {len(fates)} datagrams on a lossy path</title>",
        f"<desc>Of {len(fates)} datagrams, sent one after the other, numbers {numbers['lost']} "
        f"were lost; {numbers['twice']} arrived twice, the second copy later; "
        f"{numbers['held back']} were held back and arrived after younger ones; the others "
        "arrived in order.</desc>",
        f'<text x="{LEFT - 16}" y="{SENT - 10}" text-anchor="end">sent</text>',
        f'<text x="{LEFT - 16}" y="{RECEIVED + 18}" text-anchor="end">received</text>',
        f'<text class="fig-accent" x="{LEFT - 16}" y="{RECEIVED + 40}" text-anchor="end">'
        "late</text>",
    ]
    for place, fate in enumerate(fates):
        x, number = LEFT + place * CELL, place + 1
        out.append(
            f'<text x="{x:.1f}" y="{SENT - 10}" text-anchor="middle" font-size="11">{number}</text>'
        )
        if fate == "lost":
            middle = (SENT + RECEIVED) / 2
            out += [
                f'<line x1="{x:.1f}" y1="{SENT}" x2="{x:.1f}" y2="{middle:.0f}" '
                'stroke="currentColor" stroke-opacity="0.5" stroke-dasharray="3 3"/>',
                f'<path d="M{x - 5:.1f} {middle - 5:.0f}l10 10m0-10l-10 10" fill="none" '
                'stroke="currentColor" stroke-width="2"/>',
            ]
            continue
        if fate != "held back":
            out += [
                f'<line x1="{x:.1f}" y1="{SENT}" x2="{x:.1f}" y2="{RECEIVED}" '
                'stroke="currentColor" stroke-opacity="0.5"/>',
                f'<text x="{x:.1f}" y="{RECEIVED + 18}" text-anchor="middle" font-size="11">'
                f"{number}</text>",
            ]
        if fate != "passed":
            out += [
                f'<line class="fig-accent" x1="{x:.1f}" y1="{SENT}" x2="{x + late:.1f}" '
                f'y2="{RECEIVED}"/>',
                f'<text class="fig-accent" x="{x + late:.1f}" y="{RECEIVED + 40}" '
                f'text-anchor="middle" font-size="11">{number}</text>',
            ]
    out.append(
        f'<text class="fig-muted" x="{LEFT}" y="{HEIGHT - 4}" font-size="12">'
        f"one every {SPACING * 1000:.0f} ms; late: {hold * 1000:.0f} ms later</text>"
    )
    return "\n".join([*out, "</svg>"]) + "\n"


FIGURES = [Figure("datagrams", "sockets/datagrams.delivery.svg", draw)]
