"""The Markdown copies and the offline zip, without building the whole site."""

from __future__ import annotations

import os
import time
import zipfile
from pathlib import Path

import pytest

from courseware import finish, offline

SNIPPETS = {
    "base_path": ["snippets", "docs", ".generated"],
    "check_paths": True,
    "auto_append": ["abbreviations.md"],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("index.html", "b/page.html", "a.html", "404.html", "sitemap.xml.gz"):
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_text(name, encoding="utf-8")
    return tmp_path / "site"


def test_the_zip_depends_on_names_contents_and_time_alone(folder: Path, tmp_path: Path) -> None:
    when = 1_700_000_000
    offline.pack(folder, tmp_path / "one.zip", when)
    for path in folder.rglob("*.html"):
        text = path.read_bytes()
        path.unlink()
        path.write_bytes(text)
        path.chmod(0o600)
        os.utime(path, (1, 1))
    offline.pack(folder, tmp_path / "two.zip", when)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    offline.pack(folder, tmp_path / "three.zip", when + 2)
    assert (tmp_path / "one.zip").read_bytes() != (tmp_path / "three.zip").read_bytes()


def test_the_zip_holds_what_a_reader_needs_in_one_folder(folder: Path, tmp_path: Path) -> None:
    offline.pack(folder, tmp_path / "a.zip", 0)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.namelist() == [
            "onthewire-offline/a.html",
            "onthewire-offline/b/page.html",
            "onthewire-offline/index.html",
        ]
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}
        assert archive.read("onthewire-offline/b/page.html") == b"b/page.html"


def test_the_time_of_a_build_is_that_of_the_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert finish.commit_time(tmp_path) == 1_700_000_000
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert finish.commit_time(tmp_path) == finish.EARLIEST
    assert time.gmtime(finish.EARLIEST)[:3] == (1980, 1, 1)


NOTEBOOK = (
    '<div class="jupyter-wrapper"><div id="cell-id=3be4ae9d"></div>\n'
    '<div class="zeroclipboard-container">\n<clipboard-copy ,="" for="cell-1">\n<div>x</div>\n'
    "</clipboard-copy>\n</div>\n"
    '<div class="language-py highlight"><pre><code>a</code></pre></div>\n'
    '<div hidden class="clipboard-copy-txt" id="cell-1">a\n\nb</div>\n'
    '<a href="#cell-id=3be4ae9d">one</a><i id="cell-id=04bf7adf"></i></div>'
)


def test_a_notebook_page_loses_what_is_random() -> None:
    clean = finish.clean_notebook(NOTEBOOK)
    assert clean == finish.clean_notebook(NOTEBOOK.replace("3be4ae9d", "ffffffff"))
    assert clean == (
        '<div class="jupyter-wrapper"><div id="cell-id-1"></div>\n'
        '<div class="language-py highlight"><pre><code>a</code></pre></div>\n'
        '<a href="#cell-id-1">one</a><i id="cell-id-2"></i></div>'
    )


@pytest.mark.parametrize(
    ("source", "copy"),
    [
        ("index.md", "index.md"),
        ("glossary.md", "glossary/index.md"),
        ("sockets/stream.md", "sockets/stream/index.md"),
        ("reference/index.md", "reference/index.md"),
        ("experiments/receive_sizes.py", "experiments/receive_sizes/index.md"),
    ],
)
def test_where_a_copy_stands(source: str, copy: str) -> None:
    assert finish.destination(source) == copy


def test_links_work_from_the_copy() -> None:
    pages = {"index.md", "glossary.md", "sockets/stream.md", "internet/first.md"}
    text = (
        "[a](../glossary.md#octet) [b](../internet/first.md) [c](#here) [d](https://x.example/a.md)\n"
        "![e](stream.svg) [f](../code/stream/a.py) [g](../index.md)\n"
        "```\n[kept](../glossary.md)\n\n```\n"
    )
    assert finish.relink(text, "sockets/stream.md", pages) == (
        "[a](../../glossary/index.md#octet) [b](../../internet/first/index.md) [c](#here) "
        "[d](https://x.example/a.md)\n"
        "![e](../stream.svg) [f](../../code/stream/a.py) [g](../../index.md)\n"
        "```\n[kept](../glossary.md)\n```\n"
    )


def test_includes_are_expanded(tmp_path: Path) -> None:
    quiz = "".join(f"? Why {n}?\n- [x] Yes\n  So.\n- [ ] No\n  Not so.\n" for n in range(3))
    words = "<title>A line</title><desc>It is long.</desc>"
    svg = f'<svg xmlns="http://www.w3.org/2000/svg">{words}</svg>'
    for name, text in {
        "snippets/stream/a.py": "print('a')\n",
        "docs/sockets/stream.quiz.txt": quiz,
        "docs/sockets/stream.timeline.svg": svg,
        ".generated/abbreviations.md": "*[TCP]: never in a copy\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    text = (
        '``` py\n--8<-- "stream/a.py"\n```\n\n--8<-- "quiz/stream.html"\n\n'
        '<figure>\n--8<-- "sockets/stream.timeline.svg"\n</figure>\n'
    )
    expanded = finish.expand(text, tmp_path, "sockets/stream.md", SNIPPETS)
    assert expanded.startswith("``` py\nprint('a')\n")
    assert "**Question 3.** Why 2?\n\n- [x] Yes\n  (So.)" in expanded
    assert "![A line. It is long.](stream.timeline.svg)" in expanded
    assert "never in a copy" not in expanded and "--8<--" not in expanded
