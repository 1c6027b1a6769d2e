"""Chapter 17: round trips a second and their 99th percentile, for three designs of an echo server.

Drawn from `snippets/readiness/load.json`: what `load_client.py --write` kept for
`threads/echo_server.py threads`, `selector_echo_server.py` and `asyncio_echo_server.py`.
"""

from __future__ import annotations

import json

from courseware.figures.registry import ROOT, Figure, opening

RECORD = ROOT / "snippets" / "readiness" / "load.json"

NAMES = {"threads": "a thread each", "selector": "selector", "asyncio": "asyncio"}

WIDTH, LEFT, RIGHT = 560, 110, 190
TOP, BAR = 8, 24


def draw() -> str:
    """A group of bars for each number of clients; their length is the rate."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    counts = list(next(iter(record.values())))
    most = max(run["rate"] for runs in record.values() for run in runs.values())
    scale = (WIDTH - LEFT - RIGHT) / most
    group = 26 + BAR * len(record) + 14
    height = TOP + group * len(counts)
    story = "; ".join(
        f"{count} clients: "
        + ", ".join(
            f"{NAMES[design]} {runs[count]['rate']:,.0f} a second, p99 {runs[count]['p99']} ms"
            for design, runs in record.items()
        )
        for count in counts
    )
    out = [
        opening(WIDTH, height),
        "<title>Round trips a second of three echo servers</title>",
        f"<desc>{story}.</desc>",
    ]
    for row, count in enumerate(counts):
        y = TOP + row * group
        many = "s" * (count != "1")
        out.append(f'<text x="{LEFT}" y="{y + 14}" font-weight="bold">{count} client{many}</text>')
        for bar, (design, runs) in enumerate(record.items()):
            run = runs[count]
            top, width = y + 24 + bar * BAR, max(2.0, run["rate"] * scale)
            out += [
                f'<text x="{LEFT - 8}" y="{top + 14}" text-anchor="end">{NAMES[design]}</text>',
                f'<rect class="fig-accent" x="{LEFT}" y="{top + 2}" width="{width:.1f}" '
                f'height="{BAR - 8}"/>',
                f'<text x="{LEFT + width + 8:.1f}" y="{top + 15}" font-size="13">'
                f"{run['rate']:,.0f}, p99 {run['p99']} ms</text>",
            ]
    return "\n".join([*out, "</svg>"]) + "\n"


FIGURES = [Figure("readiness", "sockets/readiness.rates.svg", draw)]
