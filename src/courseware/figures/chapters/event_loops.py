"""Chapter 10: the same twenty waits in twenty threads and in twenty tasks of one thread.

Drawn from `threads.json` and `tasks.json` in `snippets/event-loops`: what `twenty_waits.py` kept
with its option `--write`.
"""

from __future__ import annotations

import json
import math
from typing import Any

from courseware.figures.registry import ROOT, Figure, opening

RECORDS = ROOT / "snippets" / "event-loops"

WIDTH, LEFT, RIGHT = 560, 12, 12
LANE, BAR = 7, 5
HEAD, GAP, FOOT = 30, 26, 40
STEP = 5
"""Milliseconds between two lines of the scale."""


def record(kind: str) -> dict[str, Any]:
    """What was kept of a run; its waits in the order in which they began."""
    kept: dict[str, Any] = json.loads((RECORDS / f"{kind}.json").read_text(encoding="utf-8"))
    kept["waits"].sort(key=lambda wait: wait[1])
    return kept


def cost(kept: dict[str, Any]) -> str:
    """What one wait costs, in words."""
    return f"{kept['seconds'] * 1e6:.0f} µs and {kept['octets'] / 1024:.1f} KiB each"


def draw() -> str:
    """A panel for each kind, a bar for each wait; the x axis is the time in milliseconds."""
    panels = {"20 threads": record("threads"), "20 tasks in one thread": record("tasks")}
    longest: float = max(end for kept in panels.values() for *_, end in kept["waits"]) * 1000
    most = math.ceil(longest / STEP) * STEP
    panel = HEAD + LANE * 20
    height = panel * 2 + GAP + FOOT
    bottom = height - FOOT

    def x(seconds: float) -> float:
        return LEFT + seconds * 1000 * (WIDTH - LEFT - RIGHT) / most

    story = "; ".join(
        f"{name}: the last of them ended after {max(wait[2] for wait in kept['waits']) * 1000:.1f}"
        f" ms; one of {kept['many']} costs {cost(kept)}"
        for name, kept in panels.items()
    )
    out = [
        opening(WIDTH, height),
        "<title>The same twenty waits, in threads and in tasks</title>",
        f"<desc>Two groups of 20 bars, of 20 to 1 ms, all side by side. {story}.</desc>",
    ]
    for milliseconds in range(0, most + 1, STEP):
        at = x(milliseconds / 1000)
        anchor = "start" if milliseconds == 0 else "end" if milliseconds == most else "middle"
        out += [
            f'<line class="fig-muted" stroke-width="0.5" x1="{at:.1f}" x2="{at:.1f}" '
            f'y1="{HEAD - 4}" y2="{bottom}"/>',
            f'<text class="fig-muted" text-anchor="{anchor}" x="{at:.1f}" y="{bottom + 18}">'
            f"{milliseconds}</text>",
        ]
    top = 0
    for name, kept in panels.items():
        out += [
            f'<text x="{LEFT}" y="{top + 16}"><tspan font-weight="bold">{name}</tspan></text>',
            f'<text class="fig-muted" text-anchor="end" x="{WIDTH - RIGHT}" y="{top + 16}">'
            f"of {kept['many']}: {cost(kept)}</text>",
        ]
        for lane, (seconds, began, ended) in enumerate(kept["waits"]):
            y = top + HEAD + lane * LANE
            due = began + seconds
            out += [
                f'<rect class="fig-fill" x="{x(began):.1f}" width="{x(due) - x(began):.1f}" '
                f'y="{y}" height="{BAR}"/>',
                f'<rect class="fig-accent" stroke-width="0" x="{x(due):.1f}" '
                f'width="{max(x(ended) - x(due), 0):.1f}" y="{y}" height="{BAR}"/>',
            ]
        top += panel + GAP
    middle = WIDTH / 2
    out += [
        f'<text class="fig-muted" text-anchor="middle" x="{middle:.1f}" y="{height - 4}">'
        "milliseconds since the first was begun</text>",
        "</svg>",
    ]
    return "\n".join(out) + "\n"


FIGURES = [Figure("event-loops", "concurrency/event-loops.waits.svg", draw)]
