"""What each verb of the command line does; each returns the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from courseware import places
from courseware.checker import doctor
from courseware.checker.chance import new_seed
from courseware.checker.hints import LEVELS, hints_of
from courseware.checker.judge import Verdict, judge
from courseware.checker.progress import Done, Progress
from courseware.checker.report import Around, paragraph, render
from courseware.checker.terminal import Paint, wants_color
from courseware.checker.watch import watch
from courseware.exercises import EXERCISES, find
from courseware.exercises.model import Exercise

PASSED, FAILED, USAGE = 0, 1, 2


class UsageError(Exception):
    """What was typed cannot be done; the message says why and what to type instead."""


@dataclass(frozen=True)
class Console:
    """Where the reader is: what shows the output, and how this program was called.

    Attributes:
        out: a terminal, a pipe or a file.
        paint: colors, where a terminal shows them.
        me: what the reader types: `onthewire` or `python onthewire.pyz`.
        folder: where the reader's programs are.
        questions: whether somebody is there to answer a question.
    """

    out: TextIO
    paint: Paint
    me: str
    folder: Path
    questions: bool

    @classmethod
    def here(cls) -> Console:
        """The console of this process."""
        name = Path(sys.argv[0]).name
        me = f"{'py' if os.name == 'nt' else 'python'} {name}" if name.endswith(".pyz") else None
        return cls(
            sys.stdout,
            Paint(wants_color(sys.stdout)),
            me or "onthewire",
            Path(),
            sys.stdin.isatty() and sys.stdout.isatty(),
        )

    def say(self, text: str = "", end: str = "\n") -> None:
        """Print, at once."""
        print(text, end=end, file=self.out, flush=True)


def exercise_named(name: str) -> Exercise:
    """The exercise of this name or of the chapter of this number."""
    if exercise := find(name):
        return exercise
    known = ", ".join(f"{exercise.name} ({exercise.chapter:02})" for exercise in EXERCISES)
    raise UsageError(f"there is no exercise {name!r}; there are {known}")


def stage_of(exercise: Exercise, number: int | None) -> int | None:
    """The number, if the exercise has such a stage."""
    if number is not None and not 1 <= number <= len(exercise.stages):
        raise UsageError(f"{exercise.name} has the stages 1 to {len(exercise.stages)}")
    return number


def show_doctor(console: Console, port: int) -> int:
    """Look at this machine."""
    paint = console.paint
    marks = {"ok": paint.good("ok  "), "note": paint.note("note"), "bad": paint.bad("BAD ")}
    counts = dict.fromkeys(marks, 0)
    for finding in doctor.findings(port):
        counts[finding.mark] += 1
        console.say(f"{marks[finding.mark]}  {finding.what:15} {finding.found}")
    console.say()
    if counts["bad"]:
        console.say(paint.bad("This machine cannot run the course as it is: see BAD above."))
        return FAILED
    without = " A note is no obstacle." if counts["note"] else ""
    console.say(f"This machine can run the course.{without}")
    return PASSED


def show_list(console: Console) -> int:
    """All exercises and how far the reader is."""
    progress = Progress(console.folder)
    console.say(f"{'chapter':7}  {'exercise':12}  {'':28}  state")
    for exercise in EXERCISES:
        done = progress.of(exercise.name)
        state = f"{done.stages} of {len(exercise.stages)} stages" if done.stages else "to do"
        if done.passed:
            state = console.paint.good("passed")
        name = console.paint.strong(f"{exercise.name:12}")
        console.say(f"{exercise.chapter:7}  {name}  {exercise.title:28}  {state}")
    console.say()
    console.say(f"Begin one with `{console.me} start EXERCISE`.")
    return PASSED


def start(console: Console, exercise: Exercise, file: str | None) -> int:
    """Copy the stub into the reader's folder; what is there already stays as it is."""
    path = console.folder / (file or exercise.file)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as target:
            target.write(places.text(exercise.slug, "stub.py"))
    except FileExistsError:
        raise UsageError(
            f"{path} is there already and stays as it is; give another name: "
            f"{console.me} start {exercise.name} OTHER.py"
        ) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    for line in paragraph(exercise.goal, indent=""):
        console.say(line)
    console.say()
    console.say(f"{path} is where you begin. Then: {console.me} check {exercise.name} {path}")
    return PASSED


def command_for(console: Console, exercise: Exercise, file: str | None) -> list[str]:
    """How the reader's file is started."""
    path = console.folder / (file or exercise.file)
    if not path.is_file():
        kind = "a folder, not a program" if path.is_dir() else "not there"
        raise UsageError(
            f"{path} is {kind}; name your program: {console.me} check {exercise.name} FILE.py"
        )
    if path.suffix.lower() in (".py", ".pyw"):
        return [sys.executable, str(path), "--port", "0"]
    if os.access(path, os.X_OK):
        return [str(path.absolute()), "--port", "0"]
    raise UsageError(
        f"{path} is no Python file; say how to start it: "
        f"{console.me} check {exercise.name} -- COMMAND {path} --port 0"
    )


def check_again(
    console: Console, exercise: Exercise, file: str | None, command: Sequence[str]
) -> str:
    """What to type to check the same program once more."""
    words = [console.me, "check", exercise.name]
    return " ".join([*words, "--", *command] if command else [*words, file or exercise.file])


class Telling:
    """Shows verdicts as they come.

    Args:
        console: where.
        exercise: which is checked.
        seed: of the check.
        again: what to type for this check.
        done: what is known of the exercise; a report shows the last hint that was, or the first.
    """

    def __init__(
        self, console: Console, exercise: Exercise, seed: int, again: str, done: Done
    ) -> None:
        self._console = console
        self._exercise = exercise
        self._seed = seed
        self._again = again
        self._done = done
        self.notes: list[str] = []

    def __call__(self, verdict: Verdict) -> None:
        console, stage = self._console, self._exercise.stages[verdict.number - 1]
        self.notes += [note for note in verdict.notes if note not in self.notes]
        if verdict.failure is None:
            console.say(f"{console.paint.good('passed')}  {verdict.number}  {stage.title}")
            return
        here = f"--stage {verdict.number}"
        command, _, program = self._again.partition(" -- ")
        seed = f" --seed {self._seed}" if stage.randomized else ""
        one = f"{command} {here}{seed}{f' -- {program}' if program else ''}"
        shown = self._done.hints.setdefault(str(verdict.number), 1)
        more = f"{console.me} hint {self._exercise.name} {here}"
        around = Around(
            heading=f"{verdict.number}  {stage.title}",
            rule=stage.rule,
            output=verdict.output,
            ending=verdict.ending,
            hint=hints_of(self._exercise)[verdict.number][shown - 1],
            commands=(
                *([f"the next hint     {more}"] if shown < LEVELS else []),
                f"this stage again  {one}",
            ),
        )
        console.say(render(verdict.failure, around, console.paint))


def keep(done: Done, exercise: Exercise, verdicts: Sequence[Verdict], only: int | None) -> None:
    """Note in the progress what a check has shown."""
    passed = sum(verdict.failure is None for verdict in verdicts)
    if only is None:
        done.stages = passed
        done.passed = done.passed or passed == len(exercise.stages)


def ask_prediction(console: Console, exercise: Exercise, done: Done, given: int | None) -> None:
    """Ask for the number once, where somebody is there to answer; it is never graded."""
    prediction = exercise.prediction
    if prediction is None:
        if given is not None:
            raise UsageError(f"there is nothing to predict in {exercise.name}")
        return
    if given is not None:
        done.prediction = given
    while done.prediction is None and console.questions:
        console.say(f"{prediction.question} ", end="")
        line = sys.stdin.readline()
        answer = line.strip()
        if answer.isascii() and answer.isdecimal() and len(answer) < 10:
            done.prediction = int(answer)
        elif not answer:
            break
        else:
            console.say("A whole number, please; Enter alone goes on without one.")


def check(
    console: Console,
    exercise: Exercise,
    file: str | None = None,
    command: Sequence[str] = (),
    *,
    stage: int | None = None,
    seed: int | None = None,
    predict: int | None = None,
) -> int:
    """Judge the reader's program and keep how far it came."""
    stage_of(exercise, stage)
    words = list(command) or command_for(console, exercise, file)
    progress = Progress(console.folder)
    done = progress.of(exercise.name)
    ask_prediction(console, exercise, done, predict)
    seed = new_seed() if seed is None else seed
    paint = console.paint
    console.say(
        f"{paint.strong(exercise.title)}: {exercise.name}, chapter {exercise.chapter:02}, "
        f"seed {seed}"
    )
    telling = Telling(console, exercise, seed, check_again(console, exercise, file, command), done)
    verdicts = judge(exercise, words, seed, only=stage, tell=telling)
    keep(done, exercise, verdicts, stage)
    progress.save()
    console.say()
    for note in telling.notes:
        console.say(f"{paint.note('note')}  {note}")
    passed = sum(verdict.failure is None for verdict in verdicts)
    if verdicts[-1].failure:
        # Of a single stage there is nothing to count.
        if stage is None:
            console.say(paint.bad(f"{passed} of {len(exercise.stages)} stages passed."))
        return FAILED
    if stage is not None:
        console.say(paint.good(f"Stage {stage} passed."))
        return PASSED
    console.say(paint.good(f"All {passed} stages passed."))
    if exercise.prediction and done.prediction is not None:
        unit, answer = exercise.prediction.unit, exercise.prediction.answer
        console.say(f"You predicted {done.prediction:,} {unit}; it is {answer:,}.")
    console.say(f"One way to write it: {console.me} solution {exercise.name}")
    return PASSED


def show_hint(console: Console, exercise: Exercise, stage: int | None) -> int:
    """Show the next hint for the stage at which the reader is."""
    stage_of(exercise, stage)
    progress = Progress(console.folder)
    done = progress.of(exercise.name)
    number = stage or done.stages + 1
    if number > len(exercise.stages):
        console.say(f"All stages of {exercise.name} are passed; `--stage N` shows hints anyway.")
        return PASSED
    level = min(done.hints.get(str(number), 0) + 1, LEVELS)
    done.hints[str(number)] = level
    progress.save()
    title = exercise.stages[number - 1].title
    console.say(f"{exercise.name}, stage {number}, {title}: hint {level} of {LEVELS}")
    for line in paragraph(hints_of(exercise)[number][level - 1]):
        console.say(line)
    if level == LEVELS:
        console.say()
        console.say(f"That is the last one. The whole solution: {_spoil(console, exercise)}")
    return PASSED


def _spoil(console: Console, exercise: Exercise) -> str:
    return f"{console.me} solution {exercise.name} --spoil"


def show_solution(console: Console, exercise: Exercise, spoil: bool) -> int:
    """Print the model solution to readers who have passed, or who insist."""
    if not spoil and not Progress(console.folder).of(exercise.name).passed:
        raise UsageError(
            f"{exercise.name} is not passed yet; to read the solution all the same: "
            f"{_spoil(console, exercise)}"
        )
    console.say(places.text(exercise.slug, "solution.py"), end="")
    return PASSED


def watch_file(console: Console, exercise: Exercise, file: str | None) -> int:
    """Check whenever the file is saved, until Ctrl-C."""
    command_for(console, exercise, file)
    path = console.folder / (file or exercise.file)

    def once() -> None:
        check(console, exercise, file)
        console.say(f"\nWaiting for {path} to be saved; Ctrl-C ends this.\n")

    watch(path, once)
    return PASSED
