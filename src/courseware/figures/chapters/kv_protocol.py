"""Chapter 22: the states of the server, drawn from the table `TRANSITIONS` of `kvproto.py`.

The table says which states there are and what leads from one to another; only the places of the
boxes are chosen here. A state or a transition without a place is an error.
"""

from __future__ import annotations

import runpy
from dataclasses import dataclass

from courseware.figures.registry import ROOT, Figure, opening

PROGRAM = ROOT / "snippets" / "kv-protocol" / "kvproto.py"

WIDTH, HEIGHT = 560, 330
BOX, TALL = 104, 44

PLACES = {"hello": (86, 62), "ready": (280, 62), "value": (474, 62), "closed": (280, 268)}
"""The middle of each state's box."""

WAITS_FOR = {
    "hello": "a version",
    "ready": "a line",
    "value": "octets, LF",
    "closed": "nothing",
}


@dataclass(frozen=True)
class Arrow:
    """How a transition is drawn: its path, and where its words stand."""

    path: str
    x: int
    y: int
    anchor: str = "middle"


ARROWS = {
    ("hello", "ready"): Arrow("M138 62 H222", 180, 53),
    ("ready", "value"): Arrow("M332 52 H416", 374, 43),
    ("value", "ready"): Arrow("M422 74 H338", 380, 93),
    ("ready", "ready"): Arrow("M262 40 C262 6 298 6 298 34", 310, 16, "start"),
    ("ready", "closed"): Arrow("M280 84 V240", 290, 166, "start"),
    ("hello", "closed"): Arrow("M86 84 V268 H222", 96, 166, "start"),
    ("value", "closed"): Arrow("M474 84 V268 H338", 464, 166, "end"),
}


def transitions() -> dict[tuple[str, str], list[str]]:
    """From state to state, and what leads there."""
    table: dict[tuple[str, str], str] = runpy.run_path(str(PROGRAM))["TRANSITIONS"]
    found: dict[tuple[str, str], list[str]] = {}
    for (state, event), after in table.items():
        found.setdefault((state, after), []).append(event)
    return found


def draw() -> str:
    """The four states and what leads from one to another."""
    found = transitions()
    if set(found) != set(ARROWS):
        raise ValueError(f"no place for {set(found) ^ set(ARROWS)}")
    story = "; ".join(
        f"from {state} to {after}: {' or '.join(events)}"
        for (state, after), events in found.items()
    )
    out = [
        opening(WIDTH, HEIGHT),
        "<title>The states of a conversation</title>",
        f"<desc>It begins in hello. {story}.</desc>",
        '<defs><marker id="kv-tip" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 L10 5 L0 10 z" fill="currentColor"/>'
        "</marker></defs>",
        '<path d="M4 62 H28" stroke="currentColor" fill="none" marker-end="url(#kv-tip)"/>',
    ]
    for states, events in found.items():
        arrow = ARROWS[states]
        out.append(
            f'<path d="{arrow.path}" stroke="currentColor" stroke-width="1.3" fill="none" '
            'marker-end="url(#kv-tip)"/>'
        )
        words = "".join(
            f'<tspan x="{arrow.x}" y="{arrow.y + 17 * line}">{event}</tspan>'
            for line, event in enumerate(events)
        )
        out.append(
            f'<text class="fig-accent" font-size="13" text-anchor="{arrow.anchor}">{words}</text>'
        )
    for state, (x, y) in PLACES.items():
        out += [
            f'<rect class="fig-fill" x="{x - BOX // 2}" y="{y - TALL // 2}" width="{BOX}" '
            f'height="{TALL}" rx="8" stroke="currentColor"/>',
            f'<text x="{x}" y="{y - 2}" text-anchor="middle" font-weight="bold">{state}</text>',
            f'<text class="fig-muted" x="{x}" y="{y + 14}" text-anchor="middle" '
            f'font-size="12">{WAITS_FOR[state]}</text>',
        ]
    return "\n".join([*out, "</svg>"]) + "\n"


FIGURES = [Figure("kv-protocol", "protocols/kv-protocol.states.svg", draw)]
