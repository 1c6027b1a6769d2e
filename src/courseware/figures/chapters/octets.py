"""Chapter 11: three characters as octets, bit by bit, and one number in both byte orders.

Drawn from `snippets/octets/octets.transcript`: what `text_bytes.py` and `pack_numbers.py` printed.
"""

from __future__ import annotations

import re

from courseware.figures.registry import ROOT, Figure, opening
from courseware.transcripts import parse

RECORD = ROOT / "snippets" / "octets" / "octets.transcript"

CHARACTERS = ("U+00E9", "U+20AC", "U+1F600")
ORDERS = {">H": "big endian", "<H": "little endian"}

WIDTH, LEFT, TOP = 560, 92, 6
CELL, BOX, ROW = 114, 48, 92


def printed(terminal: str) -> list[str]:
    """The lines that the last command of a terminal printed."""
    return list(parse(RECORD).terminals[terminal].steps[-1].lines)


def characters() -> dict[str, list[tuple[str, str, str]]]:
    """For each number of a character its octets: in base 16, the mark, and the content."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for line in printed("characters"):
        number, _, rest = line.partition(" ")
        if number in CHARACTERS:
            octets, bits = re.split(r"\s{2,}", rest.strip(), maxsplit=1)
            parts = [part.split() for part in bits.split("   ")]
            found[number] = [
                (octet, mark, content)
                for octet, (mark, content) in zip(octets.split(), parts, strict=True)
            ]
    return found


def orders() -> dict[str, list[str]]:
    """The octets of 258 by the format that packed them."""
    lines = [re.match(r'struct\.pack\("(.H)", 258\) +(.*)', line) for line in printed("numbers")]
    return {found[1]: found[2].split() for found in lines if found}


def mono(x: float, y: float, content: str, more: str = "") -> str:
    """A line of octets or bits around a place."""
    return (
        f'<text x="{x:.1f}" y="{y}" font-family="monospace" text-anchor="middle"{more}>'
        f"{content}</text>"
    )


def box(x: float, y: float, width: float, height: int) -> str:
    """The frame of one octet."""
    return (
        f'<rect class="fig-fill" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{height}" rx="3"/>'
    )


def draw() -> str:
    """A row for each character, its marks muted; then the number 258 twice."""
    texts, numbers = characters(), orders()
    height = TOP + ROW * len(texts) + 92
    story = "; ".join(
        f"{number} is {' '.join(octet for octet, _, _ in octets)}, with the content "
        f"{' '.join(content for _, _, content in octets)}"
        for number, octets in texts.items()
    )
    twice = " and ".join(f"{' '.join(numbers[key])} in {name}" for key, name in ORDERS.items())
    out = [
        opening(WIDTH, height),
        "<title>Three characters in UTF-8, and one number in both byte orders</title>",
        f"<desc>{story}. The number 258 is {twice}.</desc>",
    ]
    for row, (number, octets) in enumerate(texts.items()):
        y = TOP + row * ROW
        out += [
            f'<text x="0" y="{y + 26}" font-size="24">{chr(int(number[2:], 16))}</text>',
            f'<text class="fig-muted" x="0" y="{y + 46}" font-size="13">{number}</text>',
        ]
        for place, (octet, mark, content) in enumerate(octets):
            x = LEFT + place * CELL
            out += [
                box(x, y, CELL - 8, BOX),
                mono(x + (CELL - 8) / 2, y + 19, octet, ' font-weight="bold"'),
                mono(
                    x + (CELL - 8) / 2,
                    y + 39,
                    f'<tspan class="fig-muted">{mark}</tspan>'
                    f'<tspan class="fig-accent" dx="4">{content}</tspan>',
                    ' font-size="13"',
                ),
            ]
        together = " ".join(content for _, _, content in octets)
        value = int(together.replace(" ", ""), 2)
        out.append(
            f'<text x="{LEFT}" y="{y + BOX + 19}" font-size="13" font-family="monospace">'
            f'<tspan class="fig-accent">{together}</tspan> = 0x{value:x}</text>'
        )
    y = TOP + ROW * len(texts) + 10
    out += [
        f'<text x="0" y="{y + 24}" font-size="20">258</text>',
        f'<text class="fig-muted" x="0" y="{y + 44}" font-size="13">0x{258:04x}</text>',
    ]
    for order, (key, name) in enumerate(ORDERS.items()):
        x = LEFT + order * 2 * CELL
        half = (CELL - 8) / 2
        for place, octet in enumerate(numbers[key]):
            out += [
                box(x + place * (half + 4), y, half, 34),
                mono(x + place * (half + 4) + half / 2, y + 22, octet, ' font-weight="bold"'),
            ]
        out.append(f'<text class="fig-muted" x="{x}" y="{y + 56}" font-size="13">{name}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"


FIGURES = [Figure("octets", "sockets/octets.bits.svg", draw)]
