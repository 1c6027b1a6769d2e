"""Chapter 14: how much each receive of one 10 MB send returned, as a histogram."""

from __future__ import annotations

import json

from courseware.figures.registry import ROOT, Figure

RECORD = ROOT / "snippets" / "stream" / "receive_sizes.json"

BIN = 131_072
"""Octets a bar stands for: 128 KiB, so that 8 bars cover what one `recv` was asked for."""

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 14, 30, 242


def counts(sizes: list[int], asked: int) -> list[int]:
    """How many receives fall into each bin; a receive of exactly `asked` falls into the last."""
    bins = [0] * (asked // BIN)
    for size in sizes:
        bins[min(size // BIN, len(bins) - 1)] += 1
    return bins


def draw() -> str:
    """The first recorded run; the x axis is the octets returned, the y axis the receives."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    sizes: list[int] = record["runs"][0]
    bars = counts(sizes, record["asked"])
    top = -(-max(bars) // 5) * 5
    step = (WIDTH - LEFT - RIGHT) / len(bars)

    def height(count: int) -> float:
        return count * (BOTTOM - TOP) / top

    told = "; ".join(
        f"{low * BIN // 1024} to {(low + 1) * BIN // 1024} KiB: {count}"
        for low, count in enumerate(bars)
    )
    out = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" fill="currentColor" font-size="14"'
        ' aria-labelledby="stream-sizes-title stream-sizes-desc"'
        ' xmlns="http://www.w3.org/2000/svg">',
        f'<title id="stream-sizes-title">Sizes of the {len(sizes)} receives of one sendall of '
        f"{record['sent']:,} octets</title>",
        f'<desc id="stream-sizes-desc">A histogram. The smallest receive returned {min(sizes):,} '
        f"octets, the largest {max(sizes):,}. Receives by size: {told}.</desc>",
        f'<text class="fig-muted" x="{LEFT}" y="16">receives</text>',
    ]
    for count in range(0, top + 1, 5):
        y = BOTTOM - height(count)
        out += [
            f'<line class="fig-muted" stroke-width="0.5" x1="{LEFT}" x2="{WIDTH - RIGHT}" '
            f'y1="{y:.1f}" y2="{y:.1f}"/>',
            f'<text class="fig-muted" text-anchor="end" x="{LEFT - 8}" y="{y + 5:.1f}">'
            f"{count}</text>",
        ]
    for index, count in enumerate(bars):
        x, y = LEFT + index * step, BOTTOM - height(count)
        if count:
            out += [
                f'<rect class="fig-accent" x="{x + 3:.1f}" y="{y:.1f}" width="{step - 6:.1f}" '
                f'height="{height(count):.1f}"/>',
                f'<text text-anchor="middle" x="{x + step / 2:.1f}" y="{y - 5:.1f}">{count}</text>',
            ]
    for index in range(len(bars) + 1):
        x = LEFT + index * step
        out.append(
            f'<text class="fig-muted" text-anchor="middle" x="{x:.1f}" y="{BOTTOM + 20}">'
            f"{index * BIN // 1024}</text>"
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    out += [
        f'<text class="fig-muted" text-anchor="middle" x="{middle:.1f}" y="{HEIGHT - 12}">'
        "KiB that one recv returned</text>",
        "</svg>",
    ]
    return "\n".join(out) + "\n"


FIGURES = [Figure("stream", "sockets/stream.sizes.svg", draw)]
