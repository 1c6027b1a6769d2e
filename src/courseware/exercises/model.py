"""What an exercise is: a goal, and stages that judge a program one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from courseware.exercises.context import Context


@dataclass(frozen=True)
class Stage:
    """One thing that the program has to do.

    Attributes:
        title: what it does, as a sentence without a subject: "answers a whole line".
        run: judges it; raises `courseware.checker.report.Failed`.
        rule: why it has to, with the section of the RFC or the chapter.
        randomized: whether the seed changes what is sent; then the seed is printed.
    """

    title: str
    run: Callable[[Context], None]
    rule: str
    randomized: bool = False


@dataclass(frozen=True)
class Prediction:
    """A number to be guessed before the first check; it is kept and never graded.

    Attributes:
        question: what is asked; the answer is a whole number.
        answer: the number, told after passing.
        unit: what is counted: "octets".
    """

    question: str
    answer: int
    unit: str


@dataclass(frozen=True)
class Exercise:
    """An exercise of a chapter.

    Attributes:
        name: how the reader calls it; the chapter's number works as well.
        chapter: the chapter's number.
        slug: the chapter's folder in `snippets/`; the exercise's texts are in `exercise/` there.
        title: what is to be done, in a few words.
        goal: the task, as it also stands in the chapter.
        stages: in the order in which they are judged; the first that fails ends the check.
        prediction: what is asked before the first check, or None.
    """

    name: str
    chapter: int
    slug: str
    title: str
    goal: str
    stages: tuple[Stage, ...]
    prediction: Prediction | None = None

    @property
    def file(self) -> str:
        """What `onthewire start` calls the reader's copy of the stub."""
        return f"{self.name.replace('-', '_')}.py"
