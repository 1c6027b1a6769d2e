"""Chapter 21: one message in three framings, octet by octet.

Drawn by running the three functions of `snippets/frames/measure_framing.py`.
"""

from __future__ import annotations

import runpy
from collections.abc import Callable

from courseware.figures.registry import ROOT, Figure, opening

PROGRAM = ROOT / "snippets" / "frames" / "measure_framing.py"
MESSAGE = b"hello"

FIELDS = {
    "line feed": [("content", 5), ("LF", 1)],
    "length": [("length", 4), ("content", 5)],
    "header with checksum": [
        ("version", 1),
        ("type", 1),
        ("length", 4),
        ("checksum", 4),
        ("content", 5),
    ],
}

WIDTH, LEFT, CELL, ROW, TOP = 560, 28, 33, 96, 14


def framed() -> dict[str, bytes]:
    """The octets on the wire, by the name of the framing."""
    framings: dict[str, tuple[Callable[[bytes], bytes], object]]
    framings = runpy.run_path(str(PROGRAM))["FRAMINGS"]
    return {name: frame(MESSAGE) for name, (frame, _) in framings.items()}


def draw() -> str:
    """Three rows of octets; the content is the same in each, and stands out."""
    wires = framed()
    height = TOP + ROW * len(wires)
    story = "; ".join(f"{name}: {octets.hex(' ')}" for name, octets in wires.items())
    out = [
        opening(WIDTH, height),
        "<title>The message hello in three framings</title>",
        f"<desc>The octets on the wire. {story}.</desc>",
    ]
    for row, (name, octets) in enumerate(wires.items()):
        y = TOP + row * ROW
        more = len(octets) - len(MESSAGE)
        out.append(
            f'<text x="{LEFT}" y="{y + 8}"><tspan font-weight="bold">{name}</tspan>, '
            f"{more} more octet{'s' * (more > 1)}</text>"
        )
        start = 0
        for label, count in FIELDS[name]:
            x = LEFT + start * CELL
            color = "fig-accent" if label == "content" else "fig-muted"
            out.append(
                f'<rect class="fig-fill" x="{x + 1}" y="{y + 18}" width="{count * CELL - 2}" '
                'height="28" rx="3"/>'
            )
            out += [
                f'<text x="{x + place * CELL + CELL // 2}" y="{y + 37}" text-anchor="middle" '
                f'font-family="monospace" font-size="13">{octets[start + place]:02x}</text>'
                for place in range(count)
            ]
            out.append(
                f'<text class="{color}" x="{x + count * CELL / 2:.1f}" y="{y + 62}" '
                f'font-size="{12 if count > 1 else 10}" text-anchor="middle">{label}</text>'
            )
            start += count
    return "\n".join([*out, "</svg>"]) + "\n"


FIGURES = [Figure("frames", "protocols/frames.octets.svg", draw)]
