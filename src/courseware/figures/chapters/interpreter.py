"""Chapter 08: what more workers gain for three kinds of work, and what starting one costs.

Drawn from `snippets/interpreter/gil_lab.json`, what `gil_lab.py threads processes --pieces 40
--repeat 5 --write gil_lab.json` kept, with a panel more for each build of Python that wrote into
it; and from `thread_cost.json`, what `thread_cost.py thread fork forkserver spawn --count 30
--write thread_cost.json` kept.
"""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

from courseware.figures.registry import ROOT, Figure, opening

RECORDS = ROOT / "snippets" / "interpreter"

KINDS = ("threads", "processes")
DASHES = {"loop": "", "hash": "7 3", "wait": "2 3"}
"""How the line of each kind of work is drawn, where two lie on each other."""

PANEL, LEFT, RIGHT, TOP, BOTTOM = 290, 42, 78, 44, 222
"""Of one panel, the axes of it, and its room for labels at the right."""

TICKS = (1, 2, 4, 8)
LOWEST = -0.5
"""The bottom of the y axis, as a power of two: a speed-up of 0.7."""

LABEL = 16
"""Two labels are at least so far apart."""


def read(name: str, records: Path) -> Any:
    """A record of the chapter's programs."""
    return json.loads((records / name).read_text(encoding="utf-8"))


def speedups(times: dict[str, float]) -> dict[int, float]:
    """By the number of workers: how many times as fast as one of them."""
    one = times["1"]
    return {int(count): one / took for count, took in times.items()}


def spread(wanted: list[float]) -> list[float]:
    """Places for labels, in the same order: moved apart where they would lie on each other."""
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    places = list(wanted)
    for upper, lower in pairwise(order):
        places[lower] = max(places[lower], places[upper] + LABEL)
    return places


def panel(title: str, works: dict[str, dict[int, float]], left: float) -> list[str]:
    """One pair of axes, both by powers of two, with a line for each kind of work."""
    width, unit = PANEL - LEFT - RIGHT, (BOTTOM - TOP) / (math.log2(TICKS[-1]) - LOWEST)

    def x(count: float) -> float:
        return left + LEFT + math.log2(count) * width / math.log2(TICKS[-1])

    def y(gain: float) -> float:
        return BOTTOM - (math.log2(gain) - LOWEST) * unit

    out = [f'<text x="{left + LEFT}" y="16" font-weight="bold">{title}</text>']
    for tick in TICKS:
        out += [
            f'<line class="fig-muted" stroke-width="0.5" x1="{x(1):.1f}" x2="{x(8):.1f}" '
            f'y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>',
            f'<text class="fig-muted" text-anchor="end" x="{x(1) - 8:.1f}" y="{y(tick) + 5:.1f}">'
            f"{tick}</text>",
            f'<text class="fig-muted" text-anchor="middle" x="{x(tick):.1f}" y="{BOTTOM + 20}">'
            f"{tick}</text>",
        ]
    labels = spread([y(gains[TICKS[-1]]) for gains in works.values()])
    for (work, gains), place in zip(works.items(), labels, strict=True):
        points = " ".join(f"{x(count):.1f},{y(gain):.1f}" for count, gain in gains.items())
        out += [
            f'<polyline class="fig-accent" stroke-width="2" stroke-dasharray="{DASHES[work]}" '
            f'points="{points}"/>',
            *(
                f'<circle class="fig-accent" cx="{x(count):.1f}" cy="{y(gain):.1f}" r="3"/>'
                for count, gain in gains.items()
            ),
            f'<text x="{x(TICKS[-1]) + 10:.1f}" y="{place + 5:.1f}">{work} '
            f'<tspan class="fig-muted">{gains[TICKS[-1]]:.1f}</tspan></text>',
        ]
    out.append(
        f'<text class="fig-muted" text-anchor="middle" x="{(x(1) + x(8)) / 2:.1f}" '
        f'y="{BOTTOM + 40}">{title.split(",")[0]} at once</text>'
    )
    return out


def speedup(records: Path = RECORDS) -> str:
    """The x axis is the workers at once, the y axis how many times as fast as one."""
    panels = {
        f"{kind}, {gil}": {work: speedups(times) for work, times in build[kind].items()}
        for gil, build in read("gil_lab.json", records).items()
        for kind in KINDS
        if kind in build
    }
    builds = read("gil_lab.json", records).values()
    told = " and ".join(
        f"CPython {build['version']} on {build['processors']} processors" for build in builds
    )
    story = ". ".join(
        f"{title}: "
        + "; ".join(
            f"{work} " + ", ".join(f"{count}: {gain:.1f}" for count, gain in gains.items())
            for work, gains in works.items()
        )
        for title, works in panels.items()
    )
    drawn = [
        line
        for number, (title, works) in enumerate(panels.items())
        for line in panel(title, works, number * PANEL)
    ]
    return (
        "\n".join(
            [
                opening(PANEL * len(panels), BOTTOM + 72),
                "<title>How many times as fast 1, 2, 4 and 8 workers are as one</title>",
                f"<desc>Measured with {told}. {story}.</desc>",
                *drawn,
                f'<text class="fig-muted" x="{LEFT}" y="{TOP - 10}" font-size="13">'
                "times as fast as one</text>",
                f'<text class="fig-muted" x="{LEFT}" y="{BOTTOM + 64}" font-size="13">'
                f"{told}</text>",
                "</svg>",
            ]
        )
        + "\n"
    )


BAR, NAME, VALUE, WIDTH = 30, 160, 90, 560


def cost(records: Path = RECORDS) -> str:
    """A bar for each way to start a worker; its length is the time to start and end it."""
    times = read("thread_cost.json", records)
    names = {kind: "thread" if kind == "thread" else f"process, {kind}" for kind in times}
    scale = (WIDTH - NAME - VALUE) / max(times.values())
    story = ", ".join(f"{names[kind]}: {took:.2f} ms" for kind, took in times.items())
    out = [
        opening(WIDTH, BAR * len(times) + 8),
        "<title>Time to start a worker that does nothing, and to wait for its end</title>",
        f"<desc>{story}.</desc>",
    ]
    for row, (kind, took) in enumerate(times.items()):
        top, width = row * BAR + 4, max(2.0, took * scale)
        out += [
            f'<text x="{NAME - 10}" y="{top + 19}" text-anchor="end">{names[kind]}</text>',
            f'<rect class="fig-accent" x="{NAME}" y="{top + 4}" width="{width:.1f}" '
            f'height="{BAR - 10}"/>',
            f'<text x="{NAME + width + 8:.1f}" y="{top + 19}">{took:.2f} ms</text>',
        ]
    return "\n".join([*out, "</svg>"]) + "\n"


FIGURES = [
    Figure("interpreter", "concurrency/interpreter.speedup.svg", speedup),
    Figure("interpreter", "concurrency/interpreter.cost.svg", cost),
]
