"""What the tests of the built site share: where it is, which pages it has, what is in them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[2]
SITE_URL = "https://onthewire.example/"
WHEN = 1_700_000_000
"""The time of every build of these tests, in place of that of the last commit."""


@dataclass(frozen=True)
class Site:
    """A built site: its folder, the address of that, and the addresses of its pages in it."""

    folder: Path
    base: str
    pages: list[str]

    @property
    def is_file(self) -> bool:
        """Whether the site is opened without a web server."""
        return self.base.startswith("file:")

    @property
    def home(self) -> str:
        """The address of the home page."""
        return "index.html" if self.is_file else ""

    def path(self, page: str) -> Path:
        """The HTML file of a page."""
        path = self.folder / unquote(page)
        return path / "index.html" if page.endswith("/") or not page else path

    def soup(self, page: str) -> BeautifulSoup:
        """A page, parsed."""
        return soup_of(self.path(page))

    def with_any(self, selector: str) -> list[str]:
        """The pages that have such an element; at least one does."""
        found = [page for page in self.pages if self.soup(page).select_one(selector)]
        assert found, f"no page has {selector}"
        return found


@cache
def soup_of(path: Path) -> BeautifulSoup:
    """An HTML file, parsed."""
    return BeautifulSoup(path.read_bytes(), "html.parser", from_encoding="utf-8")


def addresses(folder: Path, *, as_files: bool = False) -> list[str]:
    """The addresses of all pages of the sitemap, relative to the site's folder."""
    text = (folder / "sitemap.xml").read_text(encoding="utf-8")
    places = [urlsplit(place).path for place in re.findall(r"<loc>(.*?)</loc>", text)]
    assert places, "the sitemap is empty"
    index = "index.html" if as_files else ""
    return [(place + index if place.endswith("/") else place)[1:] for place in places]


def lacking(what: str) -> NoReturn:
    """Skip where a tool is not there; fail in CI, where every tool must be."""
    if os.environ.get("CI") == "true":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)
