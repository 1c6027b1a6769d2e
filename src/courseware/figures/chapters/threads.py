"""Chapter 16: how long the slowest client of a swarm waits, for three designs of one server.

Drawn from `snippets/threads/swarm.json`: what `swarm_client.py --write` kept for each design of
`echo_server.py --work 0.02`.
"""

from __future__ import annotations

import json

from courseware.figures.registry import ROOT, Figure, opening

RECORD = ROOT / "snippets" / "threads" / "swarm.json"

NAMES = {"one": "one at a time", "pool": "pool of eight", "threads": "a thread each"}

WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 120, 30, 250
STEP = 500
"""Milliseconds between two lines of the scale."""


def slowest() -> dict[str, dict[int, float]]:
    """For each design, by the number of clients, the longest wait in milliseconds."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    return {
        design: {int(count): max(waits) for count, waits in runs.items()}
        for design, runs in record.items()
    }


def draw() -> str:
    """The x axis is the clients at once, the y axis the wait of the slowest."""
    designs = slowest()
    most = max(count for runs in designs.values() for count in runs)
    top = max(wait for runs in designs.values() for wait in runs.values())
    ceiling = -(-top // STEP) * STEP

    def x(count: float) -> float:
        return LEFT + count * (WIDTH - LEFT - RIGHT) / most

    def y(wait: float) -> float:
        return BOTTOM - wait * (BOTTOM - TOP) / ceiling

    story = "; ".join(
        f"{NAMES[design]}: " + ", ".join(f"{count}: {wait:.0f} ms" for count, wait in runs.items())
        for design, runs in designs.items()
    )
    out = [
        opening(WIDTH, HEIGHT),
        "<title>The wait of the slowest client, by the number of clients at once</title>",
        f"<desc>Three lines. {story}.</desc>",
        f'<text class="fig-muted" x="{LEFT - 44}" y="16">milliseconds</text>',
    ]
    for wait in range(0, int(ceiling) + 1, STEP):
        out += [
            f'<line class="fig-muted" stroke-width="0.5" x1="{LEFT}" x2="{WIDTH - RIGHT}" '
            f'y1="{y(wait):.1f}" y2="{y(wait):.1f}"/>',
            f'<text class="fig-muted" text-anchor="end" x="{LEFT - 8}" y="{y(wait) + 5:.1f}">'
            f"{wait:,}</text>",
        ]
    for count in sorted(next(iter(designs.values()))):
        out.append(
            f'<text class="fig-muted" text-anchor="middle" x="{x(count):.1f}" y="{BOTTOM + 20}">'
            f"{count}</text>"
        )
    for design, runs in designs.items():
        points = " ".join(f"{x(count):.1f},{y(wait):.1f}" for count, wait in runs.items())
        out.append(f'<polyline class="fig-accent" stroke-width="2" points="{points}"/>')
        out += [
            f'<circle class="fig-accent" cx="{x(count):.1f}" cy="{y(wait):.1f}" r="3"/>'
            for count, wait in runs.items()
        ]
        out.append(
            f'<text x="{x(most) + 10:.1f}" y="{y(runs[most]) + 5:.1f}">{NAMES[design]}</text>'
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    out += [
        f'<text class="fig-muted" text-anchor="middle" x="{middle:.1f}" y="{HEIGHT - 8}">'
        "clients at once</text>",
        "</svg>",
    ]
    return "\n".join(out) + "\n"


FIGURES = [Figure("threads", "sockets/threads.waits.svg", draw)]
