"""`python -m courseware offline`: the whole course as one zip file that needs no server.

The zip is byte-identical for two builds of one commit: names are sorted, times are that of the
commit, permissions are fixed.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from courseware.finish import EARLIEST, BuildError, build, commit_time
from courseware.pages import ROOT
from courseware.prepare import PrepareError
from courseware.quiz import QuizError

NAME = "onthewire-offline"
LEFT_OUT = re.compile(r"404\.html|sitemap\.xml(\.gz)?|assets/javascripts/lunr/.*")
"""What only a web server, a search engine or a search in other languages needs."""
READ_ONLY_FILE = 0o100644 << 16
"""Type and permissions of a zip entry: a regular file, `rw-r--r--`."""


def pack(folder: Path, target: Path, when: int) -> None:
    """Zip a folder under the name of the course; the same octets for the same files and time.

    `when` is in seconds since 1970; a zip file cannot hold a time before 1980 or odd seconds.
    """
    moment = time.gmtime(max(when, EARLIEST))[:6]
    target.parent.mkdir(parents=True, exist_ok=True)
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            if LEFT_OUT.fullmatch(name) or not files[name].is_file():
                continue
            entry = zipfile.ZipInfo(f"{NAME}/{name}", moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = READ_ONLY_FILE
            archive.writestr(entry, files[name].read_bytes(), compresslevel=9)


def main(arguments: list[str]) -> int:
    """Build and pack."""
    parser = argparse.ArgumentParser(
        prog="python -m courseware offline", description="The course as one zip file."
    )
    parser.add_argument(
        "--target",
        type=Path,
        default=ROOT / "dist" / f"{NAME}.zip",
        help=f"default: dist/{NAME}.zip",
    )
    target: Path = parser.parse_args(arguments).target.resolve()
    try:
        with tempfile.TemporaryDirectory() as folder:
            build(ROOT, Path(folder), offline=True)
            pack(Path(folder), target, commit_time(ROOT))
    except (BuildError, PrepareError, QuizError) as error:
        print(f"offline: {error}", file=sys.stderr)
        return 1
    print(f"packed {target} ({target.stat().st_size:,} octets)")
    return 0
