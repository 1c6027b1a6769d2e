"""Every built page is valid HTML, by the Nu Html Checker (`npm ci` installs it)."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.site.pages import ROOT, Site, lacking

THEME = re.compile(
    # The hidden checkboxes that open the drawer and the search forbid the browser to remember them.
    r"Attribute “autocomplete” is only allowed when the input type is"
    # The label of an open part of the navigation has an empty tabindex.
    r"|Bad value “” for attribute “tabindex” on element “label”"
)


@pytest.fixture(scope="module")
def checker() -> list[str]:
    """The command that checks a folder."""
    default = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
    jar = Path(os.environ.get("VNU_JAR", default))
    java = shutil.which("java")
    if not java:
        lacking("no java here: the HTML is not checked")
    if not jar.is_file():
        lacking("no vnu.jar here (`npm ci`, or VNU_JAR): the HTML is not checked")
    return [java, "-Xss4m", "-jar", str(jar)]


def errors(checker: list[str], folder: Path) -> list[str]:
    """What the checker finds in a folder, without the errors of the theme."""
    options = ["--errors-only", "--format", "json", "--skip-non-html", "--exit-zero-always"]
    done = subprocess.run(
        [*checker, *options, str(folder)], capture_output=True, encoding="utf-8", check=True
    )
    found = json.loads(done.stderr)["messages"]
    return [
        f"{message['url'].rpartition(folder.name)[2]}:{message.get('lastLine', 0)}: "
        f"{message['message']} {message.get('extract', '')!r}"
        for message in found
        if not THEME.search(message["message"])
    ]


def test_every_page_is_valid(checker: list[str], site: Site) -> None:
    found = errors(checker, site.folder)
    assert not found, "\n".join(found)


def test_invalid_html_is_found(checker: list[str], tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        '<!doctype html><html lang="en"><title>t</title><p id="a"><p id="a"><b>', encoding="utf-8"
    )
    assert len(errors(checker, tmp_path)) >= 2
