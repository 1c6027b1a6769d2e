"""Chapter 12: the calls of the hello server and its client, in the order of a recorded run.

Drawn from `snippets/first-server/calls.txt`, which `watch_calls.py` printed.
"""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass

from courseware.figures.registry import ROOT, Figure, opening

RECORDED = ROOT / "snippets" / "first-server" / "calls.txt"

ROW, TOP, WIDTH = 19, 44, 560
COLUMN = {"server": 52, "client": 328}
BOX = 180
STEPS = {
    "server": {"socket": 1, "bind": 2, "listen": 3, "accept": 5, "recv": 6, "sendall": 6},
    "client": {"socket": 4, "connect": 4, "recv": 6, "sendall": 6},
}
CLOSING = 7


@dataclass
class Call:
    """One call of one program: what it gave, and its two moments in microseconds."""

    side: str
    name: str
    gave: str
    began: int
    returned: int
    top: int = 0
    bottom: int = 0

    @property
    def octets(self) -> int | None:
        """How many octets the call carried, or None where it carries none."""
        return len(ast.literal_eval(self.gave)) if self.gave.startswith("b") else None

    @property
    def label(self) -> str:
        if self.octets is not None:
            return f"{self.name}: {self.octets} octets" if self.octets else f"{self.name}: the end"
        return f"{self.name}: {self.gave.split()[0]}" if self.name == "close" else self.name

    @property
    def step(self) -> int:
        ends = self.name == "close" or self.octets == 0
        return CLOSING if ends else STEPS[self.side].get(self.name, 0)


def recorded() -> list[Call]:
    """The calls of the recorded run, with their rows: moments in order, each in a row of its own.

    A call that returned before anything else happened has its two moments in one row.
    """
    calls = []
    for line in RECORDED.read_text(encoding="utf-8").splitlines()[1:]:
        side, name, began, returned, *rest = line.split(maxsplit=4)
        calls.append(Call(side, name, "".join(rest), int(began), int(returned)))
    moments = [(call.began, 0, call) for call in calls] + [(c.returned, 1, c) for c in calls]
    row = 0
    for _, is_return, call in sorted(moments, key=lambda moment: moment[:2]):
        if is_return:
            row = max(row, call.top + 1)
            call.bottom = row
        else:
            call.top = row
            # The other program may go on while this call waits; this one cannot.
            row += 1
    return calls


def _row_y(row: int) -> int:
    return TOP + row * ROW


def _box(call: Call) -> list[str]:
    x, y = COLUMN[call.side], _row_y(call.top)
    height = (call.bottom - call.top) * ROW - 3
    middle = y + height // 2 + 5
    out = [
        f'<rect class="fig-fill" x="{x}" y="{y}" width="{BOX}" height="{height}" rx="3"/>',
        f'<text x="{x + 26}" y="{middle}">{call.label}</text>',
    ]
    if call.step:
        out += [f'<text class="fig-accent" x="{x + 8}" y="{middle}">{call.step}</text>']
    outside = x - 6 if call.side == "server" else x + BOX + 6
    anchor = "end" if call.side == "server" else "start"
    for moment, at in ((call.began, y + 12), (call.returned, y + height - 1)):
        if moment == call.began or height > ROW:
            out.append(
                f'<text class="fig-muted" x="{outside}" y="{at}" font-size="12" '
                f'text-anchor="{anchor}">{moment}</text>'
            )
    return out


def _arrow(source: Call, target: Call) -> str:
    """From where a call began to where the call of the other program returned because of it."""
    right = source.side == "server"
    x1 = COLUMN[source.side] + (BOX if right else 0)
    x2 = COLUMN[target.side] + (0 if right else BOX)
    y1, y2 = _row_y(source.top) + ROW // 2, _row_y(target.bottom) - ROW // 2
    length = math.hypot(x2 - x1, y2 - y1)
    along, down = 8 * (x2 - x1) / length, 8 * (y2 - y1) / length
    head = " ".join(
        f"{x2 - along + turn * down / 2:.1f},{y2 - down - turn * along / 2:.1f}" for turn in (1, -1)
    )
    return (
        f'<path class="fig-accent" stroke-width="1.5" d="M{x1} {y1} L{x2} {y2}"/>'
        f'<polygon class="fig-accent" points="{x2},{y2} {head}"/>'
    )


def draw() -> str:
    """The SVG: a column for each program, time downward, an arrow for each thing carried."""
    calls = recorded()
    server = [call for call in calls if call.side == "server"]
    client = [call for call in calls if call.side == "client"]

    def of(side: list[Call], name: str) -> list[Call]:
        return [call for call in side if call.name == name]

    accept, connect = of(server, "accept")[0], of(client, "connect")[0]
    carried = [
        (connect, accept),
        (of(client, "sendall")[0], of(server, "recv")[0]),
        (of(server, "sendall")[0], of(client, "recv")[0]),
        (of(server, "close")[0], of(client, "recv")[1]),
    ]
    height = max(_row_y(call.bottom) for call in calls) + 8
    lines = [
        opening(WIDTH, height),
        "<title>The calls of the hello server and its client in one recorded run</title>",
        "<desc>Two columns of calls, time going downward. The server calls socket, setsockopt, "
        f"bind and listen, then accept, which waits from {accept.began} to {accept.returned} "
        "microseconds. The client calls socket and connect; connect returns at "
        f"{connect.returned} microseconds, before accept does. Arrows lead from connect to accept, "
        "from each sendall to the recv of the other program, and from the server's first close to "
        "the client's last recv, which returns nothing.</desc>",
        f'<text x="{COLUMN["server"]}" y="18" font-weight="bold">Server</text>',
        f'<text x="{COLUMN["client"]}" y="18" font-weight="bold">Client</text>',
        '<text class="fig-muted" x="280" y="18" font-size="12" text-anchor="middle">'
        "microseconds</text>",
    ]
    for call in calls:
        lines += _box(call)
    lines += [_arrow(source, target) for source, target in carried]
    return "\n".join([*lines, "</svg>"]) + "\n"


FIGURES = [Figure("first-server", "sockets/first-server.timeline.svg", draw)]
