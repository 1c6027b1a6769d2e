"""Chapter 19: two attempts to connect on one line of time, and two kinds of sockets measured.

Drawn from `snippets/families/race.json` (`happy_client.py --write`) and `latency.json`
(`latency.py --write`).
"""

# ruff: noqa: E501
from __future__ import annotations

import json

from courseware.figures.registry import ROOT, Figure, opening

FOLDER = ROOT / "snippets" / "families"

WIDTH, LEFT, RIGHT = 560, 150, 40
ROW = 40


def race() -> str:
    """A bar for each attempt, from its begin to what became of it."""
    record = json.loads((FOLDER / "race.json").read_text(encoding="utf-8"))
    end = max(moment for moment, _, _ in record) * 1.3
    scale = (WIDTH - LEFT - RIGHT) / end
    begins = {host: moment for moment, host, what in record if what == "begins"}
    ends = {host: (moment, what) for moment, host, what in record if what != "begins"}
    height = ROW * len(begins) + 40
    story = "; ".join(
        f"{host} begins at {1000 * begins[host]:.0f} ms and is {what} at {1000 * moment:.0f} ms"
        for host, (moment, what) in ends.items()
    )
    out = [
        opening(WIDTH, height),
        "<title>Two attempts to connect, the second a quarter of a second later</title>",
        f"<desc>{story}.</desc>",
    ]
    for row, (host, begin) in enumerate(begins.items()):
        y = 8 + row * ROW
        moment, what = ends[host]
        x, width = LEFT + begin * scale, max(3.0, (moment - begin) * scale)
        kind = "fig-accent" if what == "connected" else "fig-muted"
        out += [
            f'<text x="{LEFT - 10}" y="{y + 19}" text-anchor="end">{host}</text>',
            f'<rect class="{kind}" x="{x:.1f}" y="{y + 6}" width="{width:.1f}" height="18"/>',
            f'<text x="{x + width + 6:.1f}" y="{y + 20}" font-size="13">{what}</text>',
        ]
    base = 8 + ROW * len(begins)
    out.append(
        f'<line x1="{LEFT}" y1="{base}" x2="{WIDTH - RIGHT}" y2="{base}" stroke="currentColor"/>'
    )
    for tick in range(0, int(end * 1000) + 1, 50):
        x = LEFT + tick / 1000 * scale
        out.append(
            f'<text x="{x:.1f}" y="{base + 18}" font-size="12" text-anchor="middle">{tick}</text>'
        )
    out.append(f'<text x="{LEFT - 10}" y="{base + 18}" font-size="12" text-anchor="end">ms</text>')
    return "\n".join([*out, "</svg>"]) + "\n"


def latency() -> str:
    """A bar for each kind of socket: the median of an exchange."""
    record = json.loads((FOLDER / "latency.json").read_text(encoding="utf-8"))
    scale = (WIDTH - LEFT - 140) / max(record.values())
    story = "; ".join(f"{name}: {micros:.0f} microseconds" for name, micros in record.items())
    out = [
        opening(WIDTH, 34 * len(record) + 8),
        "<title>One octet there and back, over two kinds of sockets</title>",
        f"<desc>{story}.</desc>",
    ]
    for row, (name, micros) in enumerate(record.items()):
        y = 4 + 34 * row
        out += [
            f'<text x="{LEFT - 10}" y="{y + 19}" text-anchor="end">{name}</text>',
            f'<rect class="fig-accent" x="{LEFT}" y="{y + 6}" width="{micros * scale:.1f}" height="18"/>',
            f'<text x="{LEFT + micros * scale + 8:.1f}" y="{y + 20}" font-size="13">{micros:.0f} µs</text>',
        ]
    return "\n".join([*out, "</svg>"]) + "\n"


FIGURES = [
    Figure("families", "sockets/families.race.svg", race),
    Figure("families", "sockets/families.latency.svg", latency),
]
