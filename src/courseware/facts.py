"""The line of facts under a chapter's heading: how long it takes, and what it builds on.

The line stands in the page itself, between two comments, and `python -m courseware prepare` keeps
it current. The time is that of the words outside code, at a reader's usual pace, and an allowance
for each program of the page that is there to be run.
"""

from __future__ import annotations

import os
import re

from courseware.pages import Page, without_code

WORDS_A_MINUTE = 200
"""Pace of careful reading, below the 238 a minute of silent reading of non-fiction in English
(Brysbaert 2019, doi:10.1016/j.jml.2019.104047): a reader stops at code."""
MINUTES_A_PROGRAM = 2
"""Allowance for copying a program, running it and comparing what it prints."""

OPEN, CLOSE = "<!-- facts -->", "<!-- /facts -->"

_FACTS = re.compile(re.escape(OPEN) + r"(?:.*?" + re.escape(CLOSE) + r")?", re.DOTALL)
_DOWNLOAD = re.compile(r"^\s*\[[^\]]+\]\([^)]+\)\{[^}]*\.download\b", re.MULTILINE)


def count_words(text: str) -> int:
    """The words of a page's Markdown without code, comments, tags, link targets and includes."""
    text = without_code(_FACTS.sub("", text))
    text = re.sub(r"<!--.*?-->", " ", text, flags=re.DOTALL)
    text = re.sub(r"^\s*-{1,}8<-{1,}.*$", " ", text, flags=re.MULTILINE)
    text = re.sub(r"<[^<>]+>", " ", text)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    text = re.sub(r"\{[^{}\n]*\}", " ", text)
    return len(re.findall(r"[^\W_][\w'’.,:/-]*", text))


def count_programs(text: str) -> int:
    """The programs of a page: whole files with a download link."""
    return len(_DOWNLOAD.findall(text))


def minutes(words: int, programs: int) -> int:
    """How long a chapter takes, in whole minutes."""
    return max(1, round(words / WORDS_A_MINUTE + programs * MINUTES_A_PROGRAM))


def used(page: Page) -> list[str]:
    """What the front matter names under `uses`: chapter numbers without zeros before, or slugs."""
    names = [str(use) for use in page.data.get("uses") or []]
    return [str(int(name)) if name.isdigit() else name for name in names]


def prerequisites(page: Page, chapters: list[Page]) -> list[str]:
    """What a chapter builds on: a link for each chapter that exists, else its number."""
    by_name = {name: found for found in chapters for name in (found.slug, str(found.chapter))}
    out: list[str] = []
    for name in used(page):
        if found := by_name.get(name):
            target = os.path.relpath(found.path, page.path.parent).replace(os.sep, "/")
            title = re.sub(r"^\d+\s+", "", found.title)
            out.append(f"[{found.chapter:02} {title}]({target})")
        elif name.isdigit():
            out.append(f"chapter {int(name):02} (to be written)")
    return out


def unknown(page: Page, chapters: list[Page]) -> list[str]:
    """The names under `uses` that are neither a number nor the slug of a chapter."""
    slugs = {found.slug for found in chapters}
    return [name for name in used(page) if not name.isdigit() and name not in slugs]


def line(page: Page, chapters: list[Page]) -> str:
    """The facts of one chapter as Markdown."""
    words, programs = count_words(page.text), count_programs(page.text)
    count = "" if not programs else f" and {programs} program{'s' * (programs > 1)}"
    parts = [f"**About {minutes(words, programs)} minutes** for {words:,} words{count}."]
    if uses := prerequisites(page, chapters):
        parts.append("Builds on " + ", ".join(uses) + ".")
    return " ".join(parts)


def fill(page: Page, chapters: list[Page], source: str) -> str:
    """The source of a chapter with its facts renewed; unchanged when it has no place for them."""
    facts = f"{OPEN}\n\n{line(page, chapters)}\n{{ .facts }}\n\n{CLOSE}"
    return _FACTS.sub(lambda _: facts, source, count=1)
