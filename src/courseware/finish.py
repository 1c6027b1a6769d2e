"""`python -m courseware site`: the strict production build, and what MkDocs does not make.

After MkDocs has written the HTML:

- beside each page stands its Markdown, with includes expanded and links that work from there, and
  `llms.txt` lists them all;
- notebook pages lose what is random in them (the ids of cells) and what is only clutter;
- source maps of the theme's files are dropped.

Two builds of one commit give the same octets.
"""

from __future__ import annotations

import argparse
import os
import posixpath
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import markdown  # type: ignore[import-untyped]
from mkdocs.utils.yaml import yaml_load

from courseware import quiz
from courseware.pages import FENCE, ROOT, read_page
from courseware.prepare import PrepareError, ipython_folder, prepare

EARLIEST = 315_532_800
"""1980-01-01 in seconds: the earliest time that a zip file can hold; for a tree without commits."""


class BuildError(RuntimeError):
    """A build that MkDocs refused; MkDocs itself has said why."""


def commit_time(root: Path) -> int:
    """When the last commit was made, in seconds since 1970; SOURCE_DATE_EPOCH goes before it."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    try:
        done = subprocess.run(
            ["git", "log", "-1", "--format=%ct"],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return EARLIEST
    return int(done.stdout) if done.returncode == 0 and done.stdout.strip() else EARLIEST


def build(root: Path, target: Path, *, offline: bool = False) -> None:
    """Build the site with MkDocs, strictly, and finish it.

    Raises BuildError, PrepareError and quiz.QuizError.
    """
    prepare(root)
    environment = {
        **os.environ,
        "IPYTHONDIR": str(ipython_folder(root)),
        "NO_MKDOCS_2_WARNING": "1",
        "OFFLINE": "true" if offline else "false",
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": str(commit_time(root)),
    }
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(target)]
    if subprocess.run(command, cwd=root, env=environment, check=False).returncode:
        raise BuildError("MkDocs refused the build")
    finish(root, target, offline=offline)


def finish(root: Path, target: Path, *, offline: bool = False) -> None:
    """Everything after MkDocs; `target` holds its output."""
    for path in sorted(target.rglob("*.map")):
        path.unlink()
    for path in sorted(target.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        if "jupyter-wrapper" in text:
            path.write_text(clean_notebook(text), encoding="utf-8", newline="\n")
    if not offline:
        write_markdown(root, target)


def clean_notebook(text: str) -> str:
    """The HTML of a notebook page without random ids and without a second copy of its code."""
    names: dict[str, str] = {}

    def rename(found: re.Match[str]) -> str:
        return names.setdefault(found[0], f"cell-id-{len(names) + 1}")

    text = re.sub(r"cell-id=[0-9a-zA-Z_-]+", rename, text)
    text = re.sub(
        r'<div class="zeroclipboard-container">.*?</clipboard-copy>\s*</div>\n?',
        "",
        text,
        flags=re.DOTALL,
    )
    return re.sub(
        r'<div hidden class="clipboard-copy-txt"[^>]*>.*?</div>\n?', "", text, flags=re.DOTALL
    )


# ---- Markdown copies ----------------------------------------------------------------------------


def destination(source: str) -> str:
    """Where the copy of a page stands in the site: `sockets/stream/index.md`."""
    stem, _ = posixpath.splitext(source)
    return (
        "index.md" if stem == "index" else posixpath.join(stem.removesuffix("/index"), "index.md")
    )


def relink(text: str, source: str, pages: set[str]) -> str:
    """Links of a page, relative to its source, as links that work from its copy."""
    here = posixpath.dirname(destination(source))

    def change(found: re.Match[str]) -> str:
        target, hash_sign, fragment = found[2].partition("#")
        if not target or re.match(r"[a-z]+:|/", target):
            return found[0]
        place = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        place = destination(place) if place in pages else place
        return f"{found[1]}{posixpath.relpath(place, here or '.')}{hash_sign}{fragment})"

    out: list[str] = []
    fence = ""
    for line in text.splitlines():
        mark = FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and line.strip() == fence:
            fence = ""
            if out and not out[-1].strip():  # the end of an included file
                out.pop()
        elif not fence:
            line = re.sub(r"(\]\()([^()\s]+)\)", change, line)
        out.append(line)
    return "\n".join(out) + "\n"


def figure(path: Path, name: str, source: str) -> str:
    """A drawing as a Markdown image whose text is its title and description."""
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    words = [
        " ".join(element.text.split())
        for name in ("title", "desc")
        if (element := root.find(f"{{http://www.w3.org/2000/svg}}{name}")) is not None
        and element.text
    ]
    target = posixpath.relpath(name, posixpath.dirname(source) or ".")
    return f"![{'. '.join(words).replace('..', '.')}]({target})"


def expand(text: str, root: Path, source: str, settings: dict[str, Any]) -> str:
    """The Markdown of a page with programs, transcripts, quizzes and figures in place."""
    docs = root / "docs"
    quizzes = {
        path.name.removesuffix(".quiz.txt"): path for path in sorted(docs.rglob("*.quiz.txt"))
    }

    def replace(found: re.Match[str]) -> str:
        indent, name = found[1], found[2]
        if name.startswith("quiz/"):
            path = quizzes[name.removeprefix("quiz/").removesuffix(".html")]
            new = quiz.markdown(quiz.parse(path.read_text(encoding="utf-8"), str(path)))
        else:
            new = figure(docs / name, name, source)
        return "\n".join(indent + line for line in new.rstrip().splitlines())

    text = re.sub(
        r'^([ \t]*)-{1,}8<-{1,} "(quiz/[\w-]+\.html|[\w./-]+\.svg)"[ \t]*$',
        replace,
        text,
        flags=re.MULTILINE,
    )
    options = {key: value for key, value in settings.items() if key != "auto_append"}
    options["base_path"] = [str(root / path) for path in options["base_path"]]
    converter = markdown.Markdown(
        extensions=["pymdownx.snippets"], extension_configs={"pymdownx.snippets": options}
    )
    lines = converter.preprocessors["snippet"].run(text.splitlines())
    return "\n".join(lines) + "\n"


def notebook(path: Path) -> str:
    """A notebook's source as Markdown."""
    import jupytext  # type: ignore[import-untyped]

    text: str = jupytext.writes(jupytext.read(path), "md")
    return re.sub(r"\A---\n.*?\n---\n+", "", text, flags=re.DOTALL)


def entries(nav: list[Any], section: str = "") -> Iterator[tuple[str, str]]:
    """Section and source of every page of the navigation, in order."""
    for item in nav:
        if isinstance(item, str):
            yield section, item
        else:
            for title, value in item.items():
                if isinstance(value, str):
                    yield section, value
                else:
                    yield from entries(value, title)


def write_markdown(root: Path, target: Path) -> None:
    """Write the Markdown copy of every page of the navigation, and `llms.txt`."""
    with (root / "mkdocs.yml").open(encoding="utf-8") as file:
        config = yaml_load(file)
    settings = next(
        extension["pymdownx.snippets"]
        for extension in config["markdown_extensions"]
        if isinstance(extension, dict) and "pymdownx.snippets" in extension
    )
    site_url = str(config["site_url"]).rstrip("/")
    listed = list(entries(config["nav"]))
    pages = {source for _, source in listed}
    index = [f"# {config['site_name']}", "", f"> {config['site_description']}"]
    last = ""
    for section, source in listed:
        path = root / "docs" / source
        if not path.is_file():
            continue
        if path.suffix == ".py":
            text = notebook(path)
            heading = re.search(r"^# (.+)$", text, re.MULTILINE)
            title, about = (heading[1] if heading else path.stem), ""
        else:
            page = read_page(path)
            text = re.sub(r"<!-- /?facts -->\n+|^\{ \.\w+ \}\n", "", page.text, flags=re.MULTILINE)
            text = re.sub(r"\)\{ \.download[^}\n]*\}", ")", text)
            text = expand(text, root, source, settings)
            title, about = page.title, str(page.data.get("description") or "")
        copy = target / destination(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(relink(text, source, pages), encoding="utf-8", newline="\n")
        if section != last:
            index += ["", f"## {section}"]
            last = section
        if not index[-1].startswith("- "):
            index.append("")
        link = f"[{title}]({site_url}/{destination(source)})"
        index.append(f"- {link}: {about}" if about else f"- {link}")
    (target / "llms.txt").write_text("\n".join(index) + "\n", encoding="utf-8", newline="\n")


def main(arguments: list[str]) -> int:
    """Build into `site/`."""
    parser = argparse.ArgumentParser(
        prog="python -m courseware site", description="The strict production build."
    )
    parser.add_argument("--target", type=Path, default=ROOT / "site", help="default: site/")
    target: Path = parser.parse_args(arguments).target.resolve()
    try:
        if target.is_dir():
            shutil.rmtree(target)
        build(ROOT, target)
    except (BuildError, PrepareError, quiz.QuizError) as error:
        print(f"site: {error}", file=sys.stderr)
        return 1
    print(f"built {target}")
    return 0
