"""The quiz parser: what it accepts, what it refuses with which line, and the HTML it makes."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from courseware import quiz

ROOT = Path(__file__).resolve().parents[2]

RADIO = """\
? Why does `recv` return b""?
- [ ] The network is slow
  Then it *waits*.
- [x] The peer ended its side
  That is how the end
  of the stream is told.
"""
CHECKBOX = """\
? Which hold,
  both here and there?
- [x] a < b & c
  Because.
- [ ] Nothing
  Because not.
- [x] Something
  Because too.
"""
GOOD = RADIO + "\n" + CHECKBOX + "\n" + RADIO.replace("Why", "And why")


class Elements(HTMLParser):
    """Collects start tags with their attributes, and all text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("input", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_questions_options_and_explanations_are_read() -> None:
    first, second, third = quiz.parse(GOOD, "q")
    assert first.text == 'Why does `recv` return b""?'
    assert [option.right for option in first.options] == [False, True]
    assert first.options[1].why == "That is how the end of the stream is told."
    assert second.text == "Which hold, both here and there?"
    assert (first.several, second.several, third.several) == (False, True, False)
    assert third.line == 17


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "q:1: 0 questions; a quiz has 3 to 5"),
        (RADIO * 2, "q:1: 2 questions"),
        (RADIO * 6, "q:1: 6 questions"),
        ("- [ ] early\n" + GOOD, "q:1: an option before the first question"),
        (GOOD + "prose\n", "q:23: expected `? question`"),
        (GOOD.replace("- [x] The", "- [X] The", 1), "q:4: expected `? question`"),
        (GOOD.replace("- [x] The", "- [ ] The", 1), "q:1: no option is marked as right"),
        (GOOD.replace("- [ ] The", "- [x] The", 1), "q:1: every option is marked as right"),
        (GOOD.replace("  Then it *waits*.\n", "", 1), "q:2: no explanation"),
        (GOOD.replace("- [ ] Nothing", "- [ ] Something"), "q:14: the same option twice"),
        (GOOD + "? Alone?\n- [x] Only this\n  Because.\n", "q:23: a question needs at least 2"),
        (GOOD + "? Alone?\n", "q:23: a question needs at least 2"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(quiz.QuizError) as caught:
        quiz.parse(text, "q")
    assert str(caught.value).startswith(message)


def test_the_html_is_balanced_and_can_stand_in_markdown() -> None:
    html = quiz.render(quiz.parse(GOOD, "q"), "lab")
    assert "\n\n" not in html
    elements = Elements(html)
    assert not elements.open
    inputs = [attributes for tag, attributes in elements.tags if tag == "input"]
    assert [i["type"] for i in inputs] == ["radio"] * 2 + ["checkbox"] * 3 + ["radio"] * 2
    assert [i["name"] for i in inputs[:3]] == ["quiz-lab-1", "quiz-lab-1", "quiz-lab-2"]
    ids = [attributes["id"] for _, attributes in elements.tags if "id" in attributes]
    assert len(ids) == len(set(ids)) == 3
    assert [tag for tag, _ in elements.tags].count("details") == 3
    assert ("p", {"class": "quiz-result", "role": "status"}) in elements.tags


def test_without_javascript_every_answer_can_be_read() -> None:
    text = Elements(quiz.render(quiz.parse(GOOD, "q"), "lab")).text
    assert "Wrong: The network is slow Then it waits." in text
    assert "Right: The peer ended its side That is how the end of the stream is told." in text
    assert "One is right." in text and "Several are right." in text


def test_no_option_tells_whether_it_is_right() -> None:
    html = quiz.render(quiz.parse(GOOD, "q"), "lab")
    before_answers = html.split("<details", 1)[0]
    assert "right" not in before_answers.replace("One is right.", "")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ('`b""` and `<x>`', '<code>b""</code> and <code>&lt;x&gt;</code>'),
        ("*so* and 2 * 3 * 4", "<em>so</em> and 2 * 3 * 4"),
        ("`*args`", "<code>*args</code>"),
        ("one ` alone", "one ` alone"),
    ],
)
def test_inline_marks(text: str, html: str) -> None:
    assert quiz.inline(text) == html


def test_the_markdown_copy_has_the_answers() -> None:
    text = quiz.markdown(quiz.parse(GOOD, "q"))
    assert "**Question 2.** Which hold, both here and there?" in text
    assert "- [x] Something\n  (Because too.)" in text


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs").rglob("*.quiz.txt")), ids=lambda path: path.name
)
def test_every_quiz_of_the_course(path: Path) -> None:
    """`build` raises where a mark, an option or an explanation is missing."""
    assert quiz.build(path).count("<fieldset") >= quiz.FEWEST_QUESTIONS
