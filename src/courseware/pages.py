"""The pages of the course as text: front matter, chapters, and files written only when they change.

A page is a Markdown file under `docs/`; a chapter is a page whose front matter has `chapter`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mkdocs.utils import meta

ROOT = Path(__file__).resolve().parents[2]

_LINK = re.compile(r"\[[^\]]+\]\([^)]+\)\{")
FENCE = re.compile(r"^\s*(`{3,}|~{3,})")


@dataclass(frozen=True)
class Page:
    """A Markdown page: where it is, what its front matter says, and its text."""

    path: Path
    data: dict[str, Any]
    text: str

    @property
    def slug(self) -> str:
        """The name of the page's file, which is also the name of its folder in `snippets/`."""
        return self.path.stem

    @property
    def chapter(self) -> int | None:
        """The number of the chapter; None for a page that is no chapter."""
        value = self.data.get("chapter")
        return None if value is None else int(value)

    @property
    def title(self) -> str:
        """The title in the front matter, or the first heading, or the file's name."""
        heading = re.search(r"^# (.+)$", self.text, re.MULTILINE)
        return str(self.data.get("title") or (heading and heading[1]) or self.slug)


def read_page(path: Path) -> Page:
    """Read one page. `text` is what stands after the front matter."""
    text, data = meta.get_data(path.read_text(encoding="utf-8"))
    return Page(path, data, text)


def read_pages(docs: Path) -> list[Page]:
    """All pages under `docs`, in order of their path; generated reference pages are left out."""
    paths = sorted(docs.rglob("*.md"))
    generated = (docs / "reference", docs / "code")
    return [
        read_page(path) for path in paths if not any(path.is_relative_to(at) for at in generated)
    ]


def problems(page: Page) -> list[str]:
    """Markdown that would become invalid HTML or a broken figure; file and line of each."""
    found: list[str] = []
    lines = page.path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        before = lines[number - 2].strip() if number > 1 else ""
        if ".download" in line and _LINK.match(line.strip()) and FENCE.match(before):
            found.append(f"{page.path}:{number}: a blank line is missing above the download link")
        if re.match(r"\s*<figure\b[^>]*\bmarkdown\b", line):
            found.append(
                f"{page.path}:{number}: `<figure>` without `markdown`: "
                "tooltips would break the text of the drawing"
            )
    return found


def without_code(text: str) -> str:
    """The text of a page without its fenced blocks."""
    kept: list[str] = []
    fence = ""
    for line in text.splitlines():
        found = FENCE.match(line)
        if fence:
            if found and found[1].startswith(fence) and line.strip() == found[1]:
                fence = ""
        elif found:
            fence = found[1]
        else:
            kept.append(line)
    return "\n".join(kept)


def write_if_changed(path: Path, content: str | bytes) -> bool:
    """Write a file unless it already holds exactly this; whether it was written.

    A file that is not touched does not wake the live reload.
    """
    octets = content.encode() if isinstance(content, str) else content
    if path.is_file() and path.read_bytes() == octets:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)
    return True
