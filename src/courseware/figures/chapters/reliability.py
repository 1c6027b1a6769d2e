"""Chapter 25: what three schemes carry a second, on a path that loses more and more.

Drawn from `snippets/reliability/simulate.transcript`; rate and round trip of the path are those of
`simulate.py` beside it.
"""

from __future__ import annotations

import math
import runpy
import sys

from courseware.figures.registry import ROOT, Figure, opening
from courseware.transcripts import parse

FOLDER = ROOT / "snippets" / "reliability"

WIDTH, HEIGHT = 560, 344
LEFT, RIGHT, TOP, BOTTOM = 58, 122, 40, 52
LEAST, MOST = 1, 1_000

STYLES = {
    "stop-and-wait": ("", 'stroke="currentColor" stroke-width="2" fill="none"'),
    "go-back-n": ("fig-muted", 'stroke-width="2.5" stroke-dasharray="6 4"'),
    "selective-repeat": ("fig-accent", 'stroke-width="2.5"'),
}


def recorded() -> tuple[list[str], dict[str, list[float]]]:
    """The losses, as they are written, and for each scheme its kB a second."""
    _, head, *rows = parse(FOLDER / "simulate.transcript").terminals["simulate"].lines
    names = head.split()[1:]
    numbers = [row.split() for row in rows]
    rates = {
        name: [float(row[place]) for row in numbers] for place, name in enumerate(names, start=1)
    }
    return [row[0] for row in numbers], rates


def product() -> tuple[float, float]:
    """The path's rate in kB a second, and what has to be under way to fill it, in kB."""
    sys.path.insert(0, str(FOLDER))
    try:
        path = runpy.run_path(str(FOLDER / "simulate.py"))
    finally:
        sys.path.remove(str(FOLDER))
        for module in ("schemes", "packets"):
            sys.modules.pop(module, None)
    return path["RATE"] / 1000, path["RATE"] * path["ROUND_TRIP"] / 1000


def draw() -> str:
    """A line for each scheme; the rates on a logarithmic scale, the losses side by side."""
    losses, rates = recorded()
    rate, kilobytes = product()
    step = (WIDTH - LEFT - RIGHT) / (len(losses) - 1)

    def height(value: float) -> float:
        share = math.log10(value / LEAST) / math.log10(MOST / LEAST)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    story = "; ".join(
        f"{name}: "
        + ", ".join(f"{value:g} at {loss}" for loss, value in zip(losses, rates[name], strict=True))
        for name in rates
    )
    right, base = WIDTH - RIGHT, HEIGHT - BOTTOM
    out = [
        opening(WIDTH, HEIGHT),
        "<title>Throughput of three schemes against loss, with the bandwidth-delay product</title>",
        f"<desc>kB a second, by the share of datagrams lost each way. {story}. The path's rate is "
        f"{rate:g} kB a second; to reach it, {kilobytes:g} kB have to be under way.</desc>",
        f'<text class="fig-muted" x="{LEFT}" y="16" font-size="13">kB a second</text>',
    ]
    for mark in (1, 10, 100, 1_000):
        y = height(mark)
        out += [
            f'<line x1="{LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="currentColor" '
            'stroke-opacity="0.15"/>',
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" font-size="12">'
            f"{mark:,}</text>",
        ]
    for place, loss in enumerate(losses):
        out.append(
            f'<text x="{LEFT + place * step:.1f}" y="{base + 20}" text-anchor="middle" '
            f'font-size="12">{loss}</text>'
        )
    out += [
        f'<text class="fig-muted" x="{(LEFT + right) / 2:.0f}" y="{base + 42}" '
        'text-anchor="middle" font-size="13">lost, each way</text>',
        f'<line x1="{LEFT}" y1="{height(rate):.1f}" x2="{right}" y2="{height(rate):.1f}" '
        'stroke="currentColor" stroke-width="1.5"/>',
        f'<text x="{right + 8}" y="{height(rate) - 4:.1f}" font-size="12">the path:</text>',
        f'<text x="{right + 8}" y="{height(rate) + 11:.1f}" font-size="12">{kilobytes:g} kB under '
        "way</text>",
    ]
    for name, values in rates.items():
        kind, style = STYLES[name]
        points = " ".join(
            f"{LEFT + place * step:.1f},{height(value):.1f}" for place, value in enumerate(values)
        )
        attribute = f'class="{kind}" ' if kind else ""
        out += [
            f'<polyline {attribute}points="{points}" {style}/>',
            f'<text {attribute}x="{right + 8}" y="{height(values[-1]) + 4:.1f}" font-size="12">'
            f"{name}</text>",
        ]
    return "\n".join([*out, "</svg>"]) + "\n"


FIGURES = [Figure("reliability", "protocols/reliability.throughput.svg", draw)]
