"""Quizzes: from the text file beside a page to the HTML that the page includes.

The text has three to five questions::

    ? Why does the second `recv` return nothing?
    - [ ] The network is slow
      A slow network makes `recv` wait; it does not make it return.
    - [x] The peer has closed its side
      An empty result is how `recv` reports the end of the stream.

One option marked ``[x]`` makes a question with one right answer, several make one with several.
The indented text under an option is its explanation, and every option has one. A line that is
indented goes on with what stands above it. Text may use `code` and *emphasis*.

The HTML can be read without JavaScript: the answers stand in a closed `<details>`. The script of
the site turns it into questions that are answered. Nothing is stored and nothing is sent.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from pathlib import Path

FEWEST_QUESTIONS, MOST_QUESTIONS = 3, 5
FEWEST_OPTIONS = 2

_OPTION = re.compile(r"^- \[( |x)\]\s+(\S.*)$")


class QuizError(ValueError):
    """A quiz file that cannot be used; the message names file, line and what is wrong."""


@dataclass
class Option:
    """One possible answer, whether it is right, and why."""

    line: int
    right: bool
    text: str
    why: str = ""


@dataclass
class Question:
    """A question and its options, in the order of the file."""

    line: int
    text: str
    options: list[Option] = field(default_factory=list)

    @property
    def several(self) -> bool:
        """Whether more than one option is right."""
        return sum(option.right for option in self.options) > 1


def parse(text: str, name: str) -> list[Question]:
    """The questions of a quiz file; `name` stands in the messages of QuizError."""
    questions: list[Question] = []

    def wrong(line: int, what: str) -> QuizError:
        return QuizError(f"{name}:{line}: {what}")

    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        if line.startswith("? "):
            questions.append(Question(number, line[2:].strip()))
        elif found := _OPTION.match(line):
            if not questions:
                raise wrong(number, "an option before the first question (`? ...`)")
            questions[-1].options.append(Option(number, found[1] == "x", found[2].strip()))
        elif line[0] in " \t" and questions:
            if questions[-1].options:
                last = questions[-1].options[-1]
                last.why = f"{last.why} {line.strip()}".strip()
            else:
                questions[-1].text += " " + line.strip()
        else:
            raise wrong(
                number, "expected `? question`, `- [ ] option`, `- [x] option` or an indented line"
            )
    if not FEWEST_QUESTIONS <= len(questions) <= MOST_QUESTIONS:
        raise wrong(
            1, f"{len(questions)} questions; a quiz has {FEWEST_QUESTIONS} to {MOST_QUESTIONS}"
        )
    for question in questions:
        if len(question.options) < FEWEST_OPTIONS:
            raise wrong(question.line, f"a question needs at least {FEWEST_OPTIONS} options")
        if not any(option.right for option in question.options):
            raise wrong(question.line, "no option is marked as right (`- [x] ...`)")
        if all(option.right for option in question.options):
            raise wrong(question.line, "every option is marked as right; one must be wrong")
        seen: set[str] = set()
        for option in question.options:
            if not option.why:
                raise wrong(option.line, "no explanation (an indented line) under this option")
            if option.text in seen:
                raise wrong(option.line, "the same option twice")
            seen.add(option.text)
    return questions


def inline(text: str) -> str:
    """Inline HTML of a text with `code` and *emphasis*; everything else is escaped."""
    out: list[str] = []
    for part in re.split(r"(`[^`]+`)", text):
        if part.startswith("`") and part.endswith("`") and len(part) > 2:
            out.append(f"<code>{html.escape(part[1:-1], quote=False)}</code>")
        else:
            escaped = html.escape(part, quote=False)
            out.append(re.sub(r"(?<!\w)\*(\S[^*]*?)\*(?!\w)", r"<em>\1</em>", escaped))
    return "".join(out)


def render(questions: list[Question], name: str) -> str:
    """The HTML of a quiz: one block without blank lines. `name` makes its ids unique."""
    lines = ['<div class="quiz">']
    for number, question in enumerate(questions, 1):
        key = f"quiz-{name}-{number}"
        kind = "checkbox" if question.several else "radio"
        hint = "Several are right." if question.several else "One is right."
        lines += [
            f'<fieldset class="quiz-question" id="{key}">',
            f'<legend><span class="quiz-number">Question {number} of {len(questions)}.</span> '
            f'{inline(question.text)} <span class="quiz-hint">{hint}</span></legend>',
        ]
        for position, option in enumerate(question.options, 1):
            lines += [
                '<div class="quiz-option">',
                f'<label><input type="{kind}" name="{key}" value="{position}"> '
                f"<span>{inline(option.text)}</span></label>",
                "</div>",
            ]
        lines += [
            '<button type="button" class="quiz-check" hidden>Check</button>',
            '<p class="quiz-result" role="status"></p>',
            '<details class="quiz-answers">',
            f"<summary>Answer to question {number}</summary>",
            "<ul>",
        ]
        for option in question.options:
            verdict = "right" if option.right else "wrong"
            lines.append(
                f'<li class="quiz-{verdict}"><strong>{verdict.capitalize()}:</strong> '
                f"<span>{inline(option.text)}</span> <br>"
                f'<span class="quiz-why">{inline(option.why)}</span></li>'
            )
        lines += ["</ul>", "</details>", "</fieldset>"]
    lines.append("</div>")
    return "\n".join(lines) + "\n"


def markdown(questions: list[Question]) -> str:
    """The Markdown of a quiz, with the answers."""
    lines: list[str] = []
    for number, question in enumerate(questions, 1):
        lines += [f"**Question {number}.** {question.text}", ""]
        for option in question.options:
            mark = "x" if option.right else " "
            lines += [f"- [{mark}] {option.text}", f"  ({option.why})"]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def build(path: Path, name: str | None = None) -> str:
    """The HTML of a quiz file. Raises QuizError with the file's name and line."""
    slug = path.name.removesuffix(".quiz.txt")
    return render(parse(path.read_text(encoding="utf-8"), name or str(path)), slug)
