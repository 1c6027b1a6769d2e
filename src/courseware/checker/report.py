"""What a failure shows: what was sent, expected and received, the rule, and what to do next."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from courseware.checker.terminal import Paint

ROW = 16
"""Octets in one line of a hexdump."""

WINDOW = 4
"""Rows shown before and behind the row that matters; the rest of a long message is counted."""

OUTPUT_LINES = 20
"""How many of the last lines of the program's output a report shows."""

WIDTH = 78


class Failed(Exception):
    """The program did not do what the stage asks for.

    Args:
        what: one sentence that says what was seen.
        sent: the octets sent to the program in this exchange.
        expected: the octets that should have come.
        received: the octets that came.
        rule: why they should have, with the section of the RFC or the chapter; None for the rule
            of the stage.
    """

    def __init__(
        self,
        what: str,
        *,
        sent: bytes | None = None,
        expected: bytes | None = None,
        received: bytes | None = None,
        rule: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.sent = sent
        self.expected = expected
        self.received = received
        self.rule = rule


class TimedOut(Failed):
    """The program did not do it in time; the sentence begins by saying so."""

    def __init__(
        self,
        what: str,
        *,
        sent: bytes | None = None,
        expected: bytes | None = None,
        received: bytes | None = None,
        rule: str | None = None,
    ) -> None:
        super().__init__(
            f"Time-out: {what}", sent=sent, expected=expected, received=received, rule=rule
        )


def first_difference(expected: bytes, received: bytes) -> int | None:
    """Offset of the first octet in which the two differ, or at which one has ended."""
    if expected == received:
        return None
    shorter = min(len(expected), len(received))
    for start in range(0, shorter, 4096):
        stop = min(start + 4096, shorter)
        if expected[start:stop] != received[start:stop]:
            return next(at for at in range(start, stop) if expected[at] != received[at])
    return shorter


def hexdump(data: bytes, mark: int | None = None) -> list[str]:
    """Lines of offset, octets and text; a long message is shown around the marked octet.

    Args:
        data: the octets.
        mark: offset of an octet that gets carets under it; `len(data)` marks the end.
    """
    rows = max(1, -(-len(data) // ROW))
    if mark is not None:
        rows = max(rows, mark // ROW + 1)
    center = 0 if mark is None else mark // ROW
    shown = range(max(0, center - WINDOW), min(rows, center + WINDOW + 1))
    if mark is None and rows <= 2 * WINDOW + 1:
        shown = range(rows)
    width = max(4, len(f"{shown[-1] * ROW:x}"))
    lines: list[str] = []
    if shown.start:
        lines.append(f"... {shown.start * ROW:,} octets before")
    for row in shown:
        octets = data[row * ROW : (row + 1) * ROW]
        text = "".join(chr(octet) if 0x20 <= octet < 0x7F else "." for octet in octets)
        lines.append(f"{row * ROW:0{width}x}  {octets.hex(' '):{3 * ROW - 1}}  {text}".rstrip())
        if mark is not None and row == mark // ROW:
            column = mark % ROW
            under_text = " " * (3 * ROW + 1 - 3 * column - 2 + column) + "^"
            lines.append(" " * (width + 2 + 3 * column) + "^^" + under_text)
    left = len(data) - shown.stop * ROW
    if left > 0:
        lines.append(f"... {left:,} octets behind")
    return lines


def octets(count: int) -> str:
    """A count in words: `1 octet`, `12 octets`."""
    return f"{count:,} octet{'' if count == 1 else 's'}"


def paragraph(text: str, indent: str = "  ", first: str | None = None) -> list[str]:
    """Text broken into lines of the report; a line break in it is kept."""
    lines: list[str] = []
    for part in text.splitlines():
        start = indent if lines or first is None else first
        lines += textwrap.wrap(
            part,
            WIDTH,
            initial_indent=start,
            subsequent_indent=indent,
            break_on_hyphens=False,
            break_long_words=False,
        )
    return lines


@dataclass(frozen=True)
class Around:
    """What a report says around the failure itself.

    Attributes:
        heading: which stage failed.
        rule: the stage's rule; a rule of the failure goes first.
        output: what the program printed.
        ending: how the program ended, or an empty string while it runs.
        hint: the next hint, or an empty string.
        commands: what to type next, a line each.
    """

    heading: str
    rule: str = ""
    output: str = ""
    ending: str = ""
    hint: str = ""
    commands: tuple[str, ...] = ()


def _printable(line: str) -> str:
    """A line without what a terminal would take for a command."""
    return "".join(
        character if character.isprintable() or character == "\t" else f"\\x{ord(character):02x}"
        for character in line
    )


def _dump(title: str, data: bytes, mark: int | None, paint: Paint) -> list[str]:
    lines = ["", f"  {paint.strong(title)} ({octets(len(data))})"]
    for line in hexdump(data, mark) if data or mark is not None else []:
        marked = line.strip(" ^") == ""
        lines.append("    " + (paint.bad(line) if marked else line))
    return lines


def render(failure: Failed, around: Around, paint: Paint | None = None) -> str:
    """The whole report of one failed stage, as text for a terminal."""
    paint = paint or Paint()
    lines = [paint.bad("FAILED") + f"  {around.heading}"]
    lines += paragraph(failure.what)
    mark = None
    if failure.expected is not None and failure.received is not None:
        mark = first_difference(failure.expected, failure.received)
    if failure.sent is not None:
        lines += _dump("sent", failure.sent, None, paint)
    if failure.expected is not None:
        lines += _dump("expected", failure.expected, mark, paint)
    if failure.received is not None:
        lines += _dump("received", failure.received, mark, paint)
        if mark is not None:
            lines.append(f"    the first difference is at offset {mark:,} ({mark:#06x})")
    printed = around.output.splitlines()
    if printed:
        lines += ["", f"  {paint.strong('your program printed')}"]
        if len(printed) > OUTPUT_LINES:
            lines.append(f"    ... {len(printed) - OUTPUT_LINES:,} lines before")
        lines += [f"    | {_printable(line)}" for line in printed[-OUTPUT_LINES:]]
    if around.ending:
        lines += ["", *paragraph(around.ending)]
    if rule := failure.rule or around.rule:
        lines += ["", *paragraph(rule, " " * 8, f"  {paint.strong('rule')}  ")]
    if around.hint:
        lines += ["", *paragraph(around.hint, " " * 8, f"  {paint.strong('hint')}  ")]
    if around.commands:
        lines.append("")
        lines += [f"  {command}" for command in around.commands]
    return "\n".join(lines)
