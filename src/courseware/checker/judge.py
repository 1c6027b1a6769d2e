"""Runs the stages of an exercise in order and stops at the first that fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from courseware.checker.chance import Chance
from courseware.checker.report import Failed
from courseware.exercises.context import Context, Limits
from courseware.exercises.model import Exercise


@dataclass(frozen=True)
class Verdict:
    """How one stage went.

    Attributes:
        number: of the stage, from 1.
        failure: None where it passed.
        output: what the programs of the stage printed.
        ending: how the last of them ended by itself, in words; empty where it did not.
        notes: what could not be judged on this machine.
    """

    number: int
    failure: Failed | None = None
    output: str = ""
    ending: str = ""
    notes: list[str] = field(default_factory=list)


def judge(
    exercise: Exercise,
    command: Sequence[str],
    seed: int,
    *,
    only: int | None = None,
    limits: Limits | None = None,
    folder: Path | None = None,
    tell: Callable[[Verdict], None] = lambda _: None,
) -> list[Verdict]:
    """Judge a program.

    Args:
        exercise: what it has to do.
        command: starts it; a server is told `--port 0`.
        seed: of everything random in the check.
        only: the number of the one stage to judge; None for all.
        limits: how long things may take.
        folder: where the program runs; None for the current folder.
        tell: called with each verdict at once.

    Returns:
        The verdicts of the stages that were judged; at most the last has a failure.
    """
    verdicts: list[Verdict] = []
    for number, stage in enumerate(exercise.stages, 1):
        if only not in (None, number):
            continue
        context = Context(command, Chance(f"{seed}/{number}"), limits or Limits(), folder)
        failure, ending = None, ""
        with context:
            try:
                stage.run(context)
            except Failed as error:
                failure = error
                ending = context.ending()
        output = "".join(program.output for program in context.programs)
        verdict = Verdict(number, failure, output, ending, context.notes)
        verdicts.append(verdict)
        tell(verdict)
        if failure:
            break
    return verdicts
