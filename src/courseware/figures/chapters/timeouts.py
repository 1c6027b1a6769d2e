"""Chapter 15: what two clients make of eight behaviors of a server, and how long it takes them.

Drawn from `snippets/timeouts/outcomes.txt`: what `wrong_timeout.py` and `careful_client.py` said.
"""

from __future__ import annotations

import html
import re

from courseware.figures.registry import ROOT, Figure, opening

RECORD = ROOT / "snippets" / "timeouts" / "outcomes.txt"

NAMES = {"wrong_timeout.py": "with a timeout of 1 second", "careful_client.py": "with a deadline"}
LINE = re.compile(r"(?P<behavior>\w+) +(?P<seconds>[\d.]+) s  (?P<outcome>.+)")

WIDTH, LEFT, RIGHT = 560, 70, 210
TOP, BAR, GROUP = 64, 18, 50


def recorded() -> dict[str, dict[str, tuple[float, str]]]:
    """For each client, by behavior, the seconds it took and what came of it."""
    found: dict[str, dict[str, tuple[float, str]]] = {}
    for line in RECORD.read_text(encoding="utf-8").splitlines():
        if line.startswith("$ "):
            runs = found[line.split()[2]] = {}
        elif match := LINE.fullmatch(line):
            runs[match["behavior"]] = (float(match["seconds"]), match["outcome"])
    return found


def draw() -> str:
    """A group of two bars for each behavior; their length is the time."""
    clients = recorded()
    behaviors = list(next(iter(clients.values())))
    most = max(seconds for runs in clients.values() for seconds, _ in runs.values())
    scale = (WIDTH - LEFT - RIGHT) / most
    height = TOP + GROUP * len(behaviors)
    story = "; ".join(
        f"{behavior}: "
        + ", ".join(
            f"{NAMES[client]} {runs[behavior][0]} s, {runs[behavior][1]}"
            for client, runs in clients.items()
        )
        for behavior in behaviors
    )
    out = [
        opening(WIDTH, height),
        "<title>Outcome and time of two clients against eight behaviors of a server</title>",
        f"<desc>{html.escape(story)}.</desc>",
    ]
    styles = dict(zip(clients, ("fig-muted", "fig-accent"), strict=True))
    for row, client in enumerate(clients):
        y = 6 + row * 20
        out += [
            f'<rect class="{styles[client]}" x="{LEFT}" y="{y}" width="22" height="12"/>',
            f'<text x="{LEFT + 30}" y="{y + 11}">{NAMES[client]}</text>',
        ]
    for group, behavior in enumerate(behaviors):
        y = TOP + group * GROUP
        out.append(f'<text x="{LEFT - 10}" y="{y + 23}" text-anchor="end">{behavior}</text>')
        for row, (client, runs) in enumerate(clients.items()):
            seconds, outcome = runs[behavior]
            top, width = y + row * BAR, max(2.0, seconds * scale)
            out += [
                f'<rect class="{styles[client]}" x="{LEFT}" y="{top + 2}" width="{width:.1f}" '
                f'height="{BAR - 4}"/>',
                f'<text x="{LEFT + width + 8:.1f}" y="{top + 14}" font-size="13">{seconds} s, '
                f"{html.escape(outcome, quote=False)}</text>",
            ]
    return "\n".join([*out, "</svg>"]) + "\n"


FIGURES = [Figure("timeouts", "sockets/timeouts.outcomes.svg", draw)]
