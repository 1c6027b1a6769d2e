"""Chapter 24: a response octet by octet, and the way from the root to an address.

Drawn from `snippets/dns/query.transcript`, which shows the octets, and from
`snippets/dns/recursion.json`: what `resolve.py --write` kept of one run against `lab_roots.py`.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

from courseware.figures.registry import ROOT, Figure, opening
from courseware.transcripts import parse

QUERY = ROOT / "snippets" / "dns" / "query.transcript"
RECURSION = ROOT / "snippets" / "dns" / "recursion.json"

COLUMNS = 16
WIDTH, LEFT, TOP, CELL, BOX, ROW = 600, 40, 10, 34.8, 36, 66

COUNTS = ("question", "answer", "authority", "additional")
POINTER = 0xC0


def received() -> bytes:
    """The octets of the response that the transcript shows."""
    lines = parse(QUERY).terminals["query"].lines
    begin = next(place for place, line in enumerate(lines) if line.startswith("received"))
    rows = [re.fullmatch(r"  [0-9a-f]{4}  ((?:[0-9a-f]{2} ?){1,16}) +.*", line) for line in lines]
    return b"".join(bytes.fromhex(row[1]) for row in rows[begin + 1 :] if row)


def name_parts(data: bytes, offset: int) -> Iterator[tuple[int, str]]:
    """Sizes and names of the parts of a name: its labels together, and the pointer at its end."""
    start = offset
    while data[offset] and data[offset] < POINTER:
        offset += 1 + data[offset]
    if not data[offset]:
        yield offset + 1 - start, "name"
        return
    if offset > start:
        yield offset - start, "data: a label"
    yield 2, f"go to {data[offset + 1]:02x}"


def fields(data: bytes) -> list[tuple[int, int, str]]:
    """Offset, size and name of each field of a response with one question and one alias."""
    found: list[tuple[int, int, str]] = []

    def add(size: int, name: str) -> None:
        last = found[-1] if found else (0, 0, "")
        found.append((last[0] + last[1], size, name))

    def end() -> int:
        return found[-1][0] + found[-1][1]

    add(2, "id")
    add(2, "flags")
    for name in COUNTS:
        add(2, f"{data[end() + 1]} {name}")
    for size, name in name_parts(data, end()):
        add(size, name)
    add(2, "type A")
    add(2, "class IN")
    for size, name in name_parts(data, end()):
        add(size, name)
    add(2, "CNAME")
    add(2, "class IN")
    ttl = int.from_bytes(data[end() : end() + 4], "big")
    add(4, f"TTL: {ttl} seconds")
    add(2, f"{data[end() + 1]} octets")
    for size, name in name_parts(data, end()):
        add(size, name)
    if end() != len(data):
        raise ValueError(f"fields of {end()} octets, and the response has {len(data)}")
    return found


def place(offset: int) -> tuple[float, float]:
    """Where the cell of an octet is."""
    return LEFT + offset % COLUMNS * CELL, TOP + offset // COLUMNS * ROW


def draw_octets() -> str:
    """Rows of octets; a box for each field, its name under it, pointers in color."""
    data = received()
    laid = fields(data)
    targets = [data[start + 1] for start, _, name in laid if name.startswith("go to")]
    rows = -(-len(data) // COLUMNS)
    story = "; ".join(f"{data[start : start + size].hex(' ')} {name}" for start, size, name in laid)
    out = [
        opening(WIDTH, TOP + rows * ROW),
        f"<title>The {len(data)} octets of a response, field by field</title>",
        f"<desc>{html.escape(story)}. The two pointers lead back to the offsets "
        f"{' and '.join(f'{target:02x}' for target in targets)}.</desc>",
    ]
    for row in range(rows):
        out.append(
            f'<text class="fig-muted" x="{LEFT - 6}" y="{TOP + row * ROW + 16}" text-anchor="end" '
            f'font-family="monospace" font-size="11">{row * COLUMNS:02x}</text>'
        )
    for start, size, name in laid:
        pointer = name.startswith("go to")
        color = "fig-accent" if pointer else "fig-muted"
        for first, count in in_rows(start, size):
            x, y = place(first)
            out.append(
                f'<rect class="fig-fill" x="{x + 1:.1f}" y="{y}" width="{count * CELL - 2:.1f}" '
                f'height="{BOX}" rx="3"/>'
            )
        first, count = max(in_rows(start, size), key=lambda part: part[1])
        x, y = place(first)
        out.append(
            f'<text class="{color}" x="{x + count * CELL / 2:.1f}" y="{y + BOX + 14}" '
            f'font-size="11" text-anchor="middle">{name}</text>'
        )
    in_names = [
        offset
        for start, size, name in laid
        if name in ("name", "data: a label")
        for offset in range(start, start + size)
    ]
    for offset, octet in enumerate(data):
        x, y = place(offset)
        out.append(
            f'<text x="{x + CELL / 2:.1f}" y="{y + 16}" text-anchor="middle" '
            f'font-family="monospace" font-size="13">{octet:02x}</text>'
        )
        if offset in in_names:
            shown = chr(octet) if 0x20 < octet < 0x7F else "·"
            out.append(
                f'<text class="fig-muted" x="{x + CELL / 2:.1f}" y="{y + 30}" '
                f'text-anchor="middle" font-family="monospace" font-size="11">{shown}</text>'
            )
        if offset in targets:
            out.append(
                f'<path class="fig-accent" fill="none" d="M{x + 2:.1f} {y + BOX}v-{BOX}h9"/>'
                f'<text class="fig-accent" x="{x + 13:.1f}" y="{y - 1}" font-size="9" '
                f'font-family="monospace">{offset:02x}</text>'
            )
    return "\n".join([*out, "</svg>"]) + "\n"


def in_rows(start: int, size: int) -> list[tuple[int, int]]:
    """A run of octets, cut where a row ends: first octet and number of each part."""
    parts = []
    while size:
        count = min(size, COLUMNS - start % COLUMNS)
        parts.append((start, count))
        start, size = start + count, size - count
    return parts


LINE, INDENT, BARS, NOTE = 24, 20, 392, 44


def draw_recursion() -> str:
    """A tree of questions, and beside each server that was asked a bar of the time it took."""
    steps = json.loads(RECURSION.read_text(encoding="utf-8"))
    begin = steps[0]["began"]
    whole = steps[-1]["ended"] - begin
    scale = (WIDTH - BARS - NOTE) / whole
    rows: list[str] = []
    asked: dict[int, str] = {}
    above: dict[int, int] = {}
    y = 16
    for step in steps:
        depth, name = step["depth"], step["name"]
        x = 4 + depth * 2 * INDENT
        if asked.get(depth) != name:
            rows.append(f'<text x="{x}" y="{y}" font-weight="bold">{name.rstrip(".")}</text>')
            asked = {key: value for key, value in asked.items() if key < depth} | {depth: name}
            above[depth] = y
            y += LINE
        address, _, zone = step["where"].partition(" for ")
        zone = "root" if zone == "." else zone.rstrip(".")
        word, _, value = step["says"].partition(" ")
        says = f"ask {value.rstrip('.')}" if word == "NS" else value.rstrip(".")
        color = "fig-muted" if word == "NS" else "fig-accent"
        start = BARS + (step["began"] - begin) * scale
        size = (step["ended"] - step["began"]) * scale
        rows += [
            f'<path d="M{x + 6} {above[depth] + 5}V{y - 4}h10" fill="none" stroke="currentColor" '
            'stroke-opacity="0.5"/>',
            f'<text x="{x + INDENT}" y="{y}" font-size="13">{zone} '
            f'<tspan class="fig-muted" font-size="11">{address}</tspan> '
            f'<tspan class="{color}">{says}</tspan></text>',
            f'<rect class="fig-fill" x="{start:.1f}" y="{y - 11}" width="{size:.1f}" height="13" '
            'rx="2"/>',
            f'<text class="fig-muted" x="{start + size + 4:.1f}" y="{y}" font-size="11">'
            f"{(step['ended'] - begin) * 1000:.0f} ms</text>",
        ]
        y += LINE
    story = "; ".join(
        f"{step['name'].rstrip('.')}: {step['where'].rstrip('.')} says {step['says'].rstrip('.')}, "
        f"{(step['ended'] - begin) * 1000:.0f} ms after the beginning"
        for step in steps
    )
    out = [
        opening(WIDTH, y - LINE + 10),
        f"<title>{len(steps)} questions for one address, each with its time</title>",
        f"<desc>{html.escape(story)}.</desc>",
        *rows,
    ]
    return "\n".join([*out, "</svg>"]) + "\n"


FIGURES = [
    Figure("dns", "protocols/dns.octets.svg", draw_octets),
    Figure("dns", "protocols/dns.recursion.svg", draw_recursion),
]
