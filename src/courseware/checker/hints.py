"""Three hints for each stage: the first asks, the second explains, the third says what to write."""

from __future__ import annotations

import re

from courseware import places
from courseware.exercises.model import Exercise

LEVELS = 3

_HEADING = re.compile(r"\[stage (\d+)\]")


def parse(source: str) -> dict[int, list[str]]:
    """The hints of `hints.txt` by stage.

    Raises:
        ValueError: a stage has not three of them, or a line belongs to none; it names the line.
    """
    found: dict[int, list[str]] = {}
    current: list[str] | None = None
    for number, line in enumerate(source.splitlines(), 1):
        if heading := _HEADING.fullmatch(line.strip()):
            current = found.setdefault(int(heading[1]), [])
        elif line.startswith("- ") and current is not None:
            current.append(line[2:].strip())
        elif line.startswith("  ") and current:
            current[-1] += f" {line.strip()}"
        elif line.strip():
            raise ValueError(f"hints.txt:{number}: neither a stage nor a hint: {line!r}")
    for stage, hints in found.items():
        if len(hints) != LEVELS:
            raise ValueError(f"hints.txt: stage {stage} has {len(hints)} hints, not {LEVELS}")
    return found


def hints_of(exercise: Exercise) -> dict[int, list[str]]:
    """The hints of an exercise by stage."""
    return parse(places.text(exercise.slug, "hints.txt"))
