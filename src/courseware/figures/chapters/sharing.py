"""Chapter 09: the four steps of two deposits, in an order that is right and in one that is not.

Drawn from `snippets/sharing/interleavings.json`: the steps that `interleavings.py --write` kept.
"""

from __future__ import annotations

import json

from courseware.figures.registry import ROOT, Figure, opening

RECORD = ROOT / "snippets" / "sharing" / "interleavings.json"

ORDERS = {"AABB": "one after the other", "ABAB": "an update is lost"}
BEGIN = 100
WANTED = 120

WIDTH, HEIGHT = 560, 312
PANEL, TOP, ROW = 284, 62, 46
SIDE = {"A": -1, "B": 1}
REACH, GAP = 88, 24
"""From the middle of a panel to a thread, and from there and from a step's text to the arrow."""


def steps(order: str) -> list[tuple[str, str, int, int]]:
    """For each step: the thread, what it does, the value, and the balance after it."""
    balance = BEGIN
    told = []
    for name, verb, value in json.loads(RECORD.read_text(encoding="utf-8"))[order]:
        balance = value if verb == "writes" else balance
        told.append((name, verb, value, balance))
    return told


def arrow(start: float, end: float, y: float, color: str) -> str:
    """A line with a head at its end."""
    back = 6 if start > end else -6
    return (
        f'<path class="{color}" stroke-width="1.5" fill="none" d="M{start:.0f} {y:.0f} H{end:.0f} '
        f'm{back} -4 L{end:.0f} {y:.0f} l{back} 4"/>'
    )


def panel(order: str, x: float) -> list[str]:
    """One order, from top to bottom; the balance stands in the middle, at `x`."""
    out = [
        f'<text x="{x:.0f}" y="16" text-anchor="middle" font-weight="bold">{ORDERS[order]}</text>',
        f'<text class="fig-muted" x="{x - REACH:.0f}" y="40" text-anchor="middle">A</text>',
        f'<text class="fig-muted" x="{x:.0f}" y="40" text-anchor="middle">balance</text>',
        f'<text class="fig-muted" x="{x + REACH:.0f}" y="40" text-anchor="middle">B</text>',
    ]
    values = [BEGIN, *(balance for _, _, _, balance in steps(order))]
    for row, balance in enumerate(values):
        y = TOP + row * ROW
        out += [
            f'<rect class="fig-fill" x="{x - 24:.0f}" y="{y - 10}" width="48" height="26" rx="3"/>',
            f'<text x="{x:.0f}" y="{y + 8}" text-anchor="middle">{balance}</text>',
        ]
    for row, (name, verb, value, _) in enumerate(steps(order)):
        y = TOP + row * ROW + ROW // 2 + 3
        there = x + SIDE[name] * REACH
        near, far = x + SIDE[name] * GAP / 4, there - SIDE[name] * GAP * 1.5
        start, end = (near, far) if verb == "reads" else (far, near)
        last = row == len(values) - 2
        color = "fig-accent" if last and value != WANTED else "fig-muted"
        out += [
            arrow(start, end, y, color),
            f'<text x="{there:.0f}" y="{y + 5}" text-anchor="middle" font-size="13">'
            f"{verb} {value}</text>",
        ]
    return out


def draw() -> str:
    """Time runs down; an arrow to the balance writes it, one from the balance reads it."""
    story = ". ".join(
        f"{title[0].upper()}{title[1:]}: "
        + ", ".join(f"{name} {verb} {value}" for name, verb, value, _ in steps(order))
        for order, title in ORDERS.items()
    )
    out = [
        opening(WIDTH, HEIGHT),
        "<title>Two deposits of 10 into a balance of 100, step by step, in two orders</title>",
        f"<desc>{story}.</desc>",
    ]
    for number, order in enumerate(ORDERS):
        out += panel(order, (WIDTH - PANEL) / 2 + number * PANEL)
    return "\n".join([*out, "</svg>"]) + "\n"


FIGURES = [Figure("sharing", "concurrency/sharing.orders.svg", draw)]
