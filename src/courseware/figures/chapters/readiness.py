"""Chapter 17: six designs of a server and two of the standard library under the same load.

Drawn from `snippets/readiness/designs.json`, which `python -m tests.bench.serving_designs --write`
measures in one run.
"""

from __future__ import annotations

import json

from courseware.figures.registry import ROOT, Figure, opening

RECORD = ROOT / "snippets" / "readiness" / "designs.json"

WIDTH, LEFT, RIGHT = 600, 150, 230
TOP, BAR = 8, 20
STANDARD = ("ThreadingTCPServer", "asyncio.start_server")
"""Those of the standard library, drawn in another color."""


def milliseconds(value: float) -> str:
    """A time with two figures that matter."""
    return f"{value:.2g}" if value < 10 else f"{value:,.0f}"


def draw() -> str:
    """A group of bars for each number of clients; their length is the rate."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    counts = list(next(iter(record.values())))
    most = max(run["rate"] for runs in record.values() for run in runs.values() if run)
    scale = (WIDTH - LEFT - RIGHT) / most
    group = 24 + BAR * len(record) + 12
    story = "; ".join(
        f"{count} clients: "
        + ", ".join(
            f"{design} {runs[count]['rate']:,.0f} a second, p50 {milliseconds(runs[count]['p50'])} "
            f"ms, p99 {milliseconds(runs[count]['p99'])} ms"
            if runs[count]
            else f"{design} could not take all of them"
            for design, runs in record.items()
        )
        for count in counts
    )
    out = [
        opening(WIDTH, TOP + group * len(counts)),
        "<title>Lines a second of eight servers</title>",
        f"<desc>{story}.</desc>",
    ]
    for row, count in enumerate(counts):
        y = TOP + row * group
        clients = f"{int(count):,} client{'s' * (count != '1')}"
        out.append(f'<text x="{LEFT}" y="{y + 14}" font-weight="bold">{clients}</text>')
        for bar, (design, runs) in enumerate(record.items()):
            run = runs[count]
            top = y + 22 + bar * BAR
            kind = "fig-muted" if design in STANDARD else "fig-accent"
            width = max(2.0, run["rate"] * scale) if run else 0.0
            told = "not all of them could connect"
            if run:
                told = (
                    f"{run['rate']:,.0f}, p50 {milliseconds(run['p50'])}, "
                    f"p99 {milliseconds(run['p99'])} ms"
                )
                if int(count) >= 1_000:
                    told += f", {run['memory'] / 1024:.1f} KiB"
                out.append(
                    f'<rect class="{kind}" x="{LEFT}" y="{top + 2}" width="{width:.1f}" '
                    f'height="{BAR - 6}"/>'
                )
            at = f'y="{top + 14}" font-size="12"'
            out += [
                f'<text x="{LEFT - 8}" {at} text-anchor="end">{design}</text>',
                f'<text x="{LEFT + width + 8:.1f}" {at}>{told}</text>',
            ]
    return "\n".join([*out, "</svg>"]) + "\n"


FIGURES = [Figure("readiness", "sockets/readiness.rates.svg", draw)]
