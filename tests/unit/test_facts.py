"""The line of facts under a chapter's heading."""

from __future__ import annotations

from pathlib import Path

import pytest

from courseware import facts
from courseware.pages import Page, read_pages, without_code

ROOT = Path(__file__).resolve().parents[2]

TEXT = """\
# 14 TCP is a stream

<!-- facts --><!-- /facts -->

One two `three` [four five](six.md).

``` py title="a.py"
--8<-- "stream/a.py"
not counted
```

[Download a.py](../code/stream/a.py){ .download download="" }

=== "Linux"

    ```` console
    ``` not the end
    ````

    six

<figure>
--8<-- "sockets/x.svg"
</figure>
"""


def page(name: str, text: str = TEXT, **data: object) -> Page:
    return Page(ROOT / "docs" / name, data, text)


FIRST = page("internet/first-request.md", chapter=1, title="Set up the lab")
STREAM = page("sockets/stream.md", chapter=14, title="14 TCP is a stream", uses=["first-request"])


def test_words_are_counted_without_code_links_tags_and_facts() -> None:
    # 14 TCP is a stream; One two three four five; Download a.py; Linux; six
    assert facts.count_words(TEXT) == 5 + 5 + 2 + 1 + 1
    filled = facts.fill(STREAM, [FIRST, STREAM], TEXT)
    assert facts.count_words(filled) == facts.count_words(TEXT)


def test_a_fence_ends_only_with_its_own_mark() -> None:
    assert without_code("a\n````\n```\nb\n````\nc") == "a\nc"
    assert without_code("a\n~~~\nb\n~~~\nc") == "a\nc"


@pytest.mark.parametrize(
    ("words", "programs", "expected"), [(2000, 0, 10), (2000, 3, 16), (10, 0, 1), (500, 1, 4)]
)
def test_minutes(words: int, programs: int, expected: int) -> None:
    assert facts.minutes(words, programs) == expected


def test_the_line_links_the_chapters_that_exist() -> None:
    line = facts.line(STREAM, [FIRST, STREAM])
    assert line == (
        "**About 2 minutes** for 14 words and 1 program. "
        "Builds on [01 Set up the lab](../internet/first-request.md)."
    )


@pytest.mark.parametrize(
    ("uses", "expected"),
    [
        ([14], ["[14 TCP is a stream](../sockets/stream.md)"]),
        (
            ["01", 13, "08"],
            [
                "[01 Set up the lab](../internet/first-request.md)",
                "chapter 13 (to be written)",
                "chapter 08 (to be written)",
            ],
        ),
        ([], []),
    ],
)
def test_prerequisites(uses: list[object], expected: list[str]) -> None:
    using = page("protocols/line.md", chapter=20, uses=uses)
    assert facts.prerequisites(using, [FIRST, STREAM, using]) == expected


def test_a_name_that_is_no_chapter_is_found() -> None:
    using = page("protocols/line.md", chapter=20, uses=["stream", "steram", 13])
    assert facts.unknown(using, [STREAM, using]) == ["steram"]


def test_filling_twice_changes_nothing() -> None:
    once = facts.fill(STREAM, [FIRST, STREAM], TEXT)
    assert "<!-- facts -->\n\n**About 2 minutes**" in once
    assert facts.fill(STREAM, [FIRST, STREAM], once) == once
    alone = facts.fill(STREAM, [FIRST, STREAM], TEXT.replace("<!-- /facts -->", ""))
    assert alone == once


def chapters() -> list[Page]:
    return [found for found in read_pages(ROOT / "docs") if found.chapter is not None]


@pytest.mark.parametrize("chapter", chapters(), ids=lambda chapter: chapter.slug)
def test_the_facts_of_the_course_are_current(chapter: Page) -> None:
    source = chapter.path.read_text(encoding="utf-8")
    assert facts.OPEN in source
    assert facts.fill(chapter, chapters(), source) == source, "run: python -m courseware prepare"
    assert facts.unknown(chapter, chapters()) == []
