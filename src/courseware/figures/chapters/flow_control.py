"""Chapter 23: the four buffers between two programs, at six moments of a deadlock and its end.

Drawn from the counters that `snippets/flow-control/four_buffers.py --write buffers.json` asked
Linux for.
"""

from __future__ import annotations

import json
from typing import Any

from courseware.figures.registry import ROOT, Figure, opening

DATA = ROOT / "snippets" / "flow-control" / "buffers.json"

WIDTH = 560
PANEL, TALL, TOP = 288, 138, 40
LEFT, BAR, GAP, HIGH = 4, 108, 40, 26

# Column and row of each buffer in a panel; octets flow to the right above, to the left below.
PLACES = {
    "left sends": (0, 0),
    "right receives": (1, 0),
    "left receives": (0, 1),
    "right sends": (1, 1),
}

TITLES = (
    "each has sent 64 KiB",
    "each has sent 160 KiB",
    "both are stuck",
    "left reads; right goes on sending",
    "left has read all",
    "right has read all",
)


def kibibytes(octets: int) -> str:
    """Octets as whole KiB."""
    return f"{octets / 1024:.0f} KiB"


def told(name: str) -> str:
    """`left send buffer` for `left sends`."""
    return f"{name.removesuffix('s').replace('receive', 'recv.')} buffer"


def panel(number: int, moment: dict[str, Any], most: int) -> list[str]:
    """One moment: its title, and two pairs of buffers with their levels."""
    x, y = (number % 2) * PANEL, TOP + (number // 2) * TALL
    out = [
        f'<text x="{x + LEFT}" y="{y}" font-size="13" font-weight="bold">{number + 1}. '
        f"{TITLES[number]}</text>"
    ]
    for name, (column, row) in PLACES.items():
        left = x + LEFT + column * (BAR + GAP)
        top = y + 12 + row * 46
        level = moment[name] / most * BAR
        out += [
            f'<rect class="fig-fill" x="{left}" y="{top}" width="{BAR}" height="{HIGH}" rx="3"/>',
            # A send buffer empties at the side of the network, a receive buffer fills from there.
            f'<rect class="fig-accent" x="{left + (BAR - level if column == 0 else 0):.1f}" '
            f'y="{top}" width="{level:.1f}" height="{HIGH}" rx="3" opacity="0.75"/>',
            f'<text class="fig-muted" x="{left}" y="{top + HIGH + 13}" font-size="11">'
            f"{told(name).split(' ', 1)[1]}: {kibibytes(moment[name])}</text>",
        ]
    for row, arrow in enumerate(("M0 0 H28 M22 -4 L28 0 L22 4", "M28 0 H0 M6 -4 L0 0 L6 4")):
        place = f"{x + LEFT + BAR + 6} {y + 12 + row * 46 + HIGH // 2}"
        out.append(
            f'<path class="fig-muted" transform="translate({place})" d="{arrow}" fill="none"/>'
        )
    return out


def draw() -> str:
    """Six panels in two columns; time runs from left to right and down."""
    moments: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))
    if len(moments) != len(TITLES):
        raise ValueError(f"{len(moments)} moments, {len(TITLES)} titles")
    most = max(moment[name] for moment in moments for name in PLACES)
    story = ". ".join(
        f"{title}: "
        + ", ".join(f"{name} buffer {kibibytes(moment[name])}" for name in PLACES).replace(
            "s b", " b"
        )
        for title, moment in zip(TITLES, moments, strict=True)
    )
    out = [
        opening(WIDTH, TOP + TALL * 3 - 22),
        "<title>The four buffers between two programs that both send first</title>",
        f"<desc>{story}.</desc>",
    ]
    for column in (0, 1):
        for side, place in (("left", 0), ("right", 1)):
            x = column * PANEL + LEFT + place * (BAR + GAP)
            out.append(
                f'<text class="fig-muted" x="{x}" y="14" font-size="12">{side} program\'s</text>'
            )
    for number, moment in enumerate(moments):
        out += panel(number, moment, most)
    return "\n".join([*out, "</svg>"]) + "\n"


FIGURES = [Figure("flow-control", "protocols/flow-control.buffers.svg", draw)]
