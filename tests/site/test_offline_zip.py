"""The offline zip: the same octets from every build, and all programs in it."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

from courseware.offline import NAME, pack
from courseware.prepare import downloads
from tests.site.conftest import make_site
from tests.site.pages import ROOT, WHEN


def digests(path: Path) -> dict[str, str]:
    """The digest of every file of a zip."""
    with zipfile.ZipFile(path) as archive:
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}


def test_two_builds_give_the_same_zip(zipped: Path, tmp_path: Path) -> None:
    make_site(tmp_path / "site", offline=True)
    pack(tmp_path / "site", tmp_path / "again.zip", WHEN)
    first, second = digests(zipped), digests(tmp_path / "again.zip")
    assert {name for name in first | second if first.get(name) != second.get(name)} == set()
    assert zipped.read_bytes() == (tmp_path / "again.zip").read_bytes()


def test_the_zip_holds_every_program(zipped: Path) -> None:
    found = digests(zipped)
    wanted = {
        f"{NAME}/code/{name}": hashlib.sha256(content).hexdigest()
        for name, content in downloads(ROOT).items()
    }
    assert wanted
    assert {name for name, digest in wanted.items() if found.get(name) != digest} == set()


def test_the_zip_opens_with_its_home_page(unzipped: Path) -> None:
    assert (unzipped / "index.html").is_file()
    assert (unzipped / "code" / "README.txt").is_file()
