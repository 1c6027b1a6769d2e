"""The command `onthewire`: the reader's side of the course."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from courseware.checker import commands, doctor
from courseware.checker.commands import Console, UsageError, exercise_named
from courseware.checker.progress import FILE, ProgressError

INTERRUPTED = 130
"""The exit code of a program that Ctrl-C has ended, as shells have it: 128 and the signal's 2."""

EPILOG = f"""\
examples:
  {{me}} doctor                          can this machine run the course?
  {{me}} start greeter                   a file to begin with: greeter.py
  {{me}} check greeter greeter.py        judge it; `check 12 greeter.py` is the same
  {{me}} check greeter -- ./greeter --port 0    a program in any language
  {{me}} watch greeter greeter.py        judge it each time it is saved
  {{me}} hint greeter                    three hints for each stage, one at a time

EXERCISE is a name that `{{me}} list` shows, or the number of its chapter.
How far you are is kept in {FILE} in the current folder.
exit codes: 0 passed, 1 failed, 2 wrong usage, 130 ended by Ctrl-C
"""


def _count(text: str) -> int:
    if text.isascii() and text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 up")


def _port(text: str) -> int:
    if (number := _count(text)) <= 65_535:
        return number
    raise argparse.ArgumentTypeError(f"a port is at most 65535, not {number}")


def parser(me: str) -> argparse.ArgumentParser:
    """What the command line understands."""
    result = argparse.ArgumentParser(
        prog=me,
        description="Checks what you write in the exercises of On the Wire.",
        epilog=EPILOG.format(me=me),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    verbs = result.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, what: str, file: str = "") -> argparse.ArgumentParser:
        description = f"{what[0].upper()}{what[1:]}."
        added = verbs.add_parser(name, help=what, description=description, allow_abbrev=False)
        if name not in ("doctor", "list"):
            added.add_argument("exercise", metavar="EXERCISE", help="its name, or its chapter")
        if file:
            added.add_argument("file", metavar="FILE", nargs="?", help=file)
        return added

    yours = "your program; without it, the exercise's own name, such as greeter.py"
    look = verb("doctor", "see whether this machine can run the course")
    look.add_argument(
        "--port",
        type=_port,
        default=doctor.DEFAULT_PORT,
        metavar="N",
        help=f"the port to look at ({doctor.DEFAULT_PORT})",
    )
    verb("list", "show the exercises and how far you are")
    verb("start", "copy the file that an exercise begins with into this folder", yours)
    judge = verb("check", "judge your program, stage by stage", yours)
    judge.usage = f"{me} check EXERCISE [FILE] [options] [-- COMMAND --port 0]"
    judge.add_argument("--stage", type=_count, metavar="N", help="this stage alone")
    judge.add_argument("--seed", type=_count, metavar="N", help="repeat a check with its seed")
    judge.add_argument(
        "--predict", type=_count, metavar="N", help="your guess, where the exercise asks for one"
    )
    verb("watch", "judge your program each time its file is saved", yours)
    hint = verb("hint", "show the next hint for the stage that you are at")
    hint.add_argument("--stage", type=_count, metavar="N", help="for this stage")
    solution = verb("solution", "print the model solution, once you have passed")
    solution.add_argument("--spoil", action="store_true", help="print it before that, too")
    return result


def run(console: Console, arguments: Sequence[str]) -> int:
    """Do what the arguments say; the exit code."""
    # Everything behind the first `--` is the reader's own command.
    words = list(arguments)
    end = words.index("--") if "--" in words else len(words)
    words, command = words[:end], words[end + 1 :]
    understood = parser(console.me)
    given, left = understood.parse_known_args(words)
    # argparse does not find an optional FILE behind an option.
    if len(left) == 1 and not left[0].startswith("-") and getattr(given, "file", "") is None:
        given.file = left.pop()
    if left:
        understood.error(f"unrecognized arguments: {' '.join(left)}")
    if end < len(arguments) and (given.verb != "check" or given.file or not command):
        raise UsageError("a command behind `--` goes with `check EXERCISE`, in place of FILE")
    if given.verb == "doctor":
        return commands.show_doctor(console, given.port)
    if given.verb == "list":
        return commands.show_list(console)
    exercise = exercise_named(given.exercise)
    if given.verb == "start":
        return commands.start(console, exercise, given.file)
    if given.verb == "watch":
        return commands.watch_file(console, exercise, given.file)
    if given.verb == "hint":
        return commands.show_hint(console, exercise, given.stage)
    if given.verb == "solution":
        return commands.show_solution(console, exercise, given.spoil)
    return commands.check(
        console,
        exercise,
        given.file,
        command,
        stage=given.stage,
        seed=given.seed,
        predict=given.predict,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    # What a terminal cannot show is shown by its number; a check does not end for that.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    console = Console.here()
    try:
        return run(console, sys.argv[1:] if arguments is None else arguments)
    except (UsageError, ProgressError) as error:
        print(f"{console.me}: {error}", file=sys.stderr)
        return commands.USAGE
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has had enough, `head` for one.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return commands.FAILED


if __name__ == "__main__":
    raise SystemExit(main())
