"""The built site, once per test run: as a web server has it, and as the offline zip has it.

All workers of pytest-xdist share the same two builds: the first one that needs a build makes it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from courseware.finish import build
from courseware.offline import NAME, pack
from tests.site.pages import ROOT, SITE_URL, WHEN, Site, addresses


def once(folder: Path, name: str, make: Callable[[Path], None]) -> Path:
    """What `make` puts into `folder / name`, made by one process alone.

    The lock is SQLite's: it waits, works on every system, and ends with the process that holds it.
    A failure is kept, so that no other process tries again.
    """
    target, failure = folder / name, folder / f"{name}.failed"
    with closing(sqlite3.connect(folder / f"{name}.lock", timeout=280)) as lock:
        lock.isolation_level = None
        lock.execute("BEGIN EXCLUSIVE")
        if failure.exists():
            pytest.fail(failure.read_text(encoding="utf-8"), pytrace=False)
        if not target.exists():
            unfinished = folder / f"{name}.unfinished"
            try:
                make(unfinished)
            except Exception as error:
                failure.write_text(f"the {name} cannot be built: {error}", encoding="utf-8")
                raise
            unfinished.rename(target)
    return target


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run have in common."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def make_site(target: Path, *, offline: bool = False) -> None:
    """A build that does not depend on who builds or on a commit made meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITE_URL", SITE_URL)
        patch.setenv("SOURCE_DATE_EPOCH", str(WHEN))
        build(ROOT, target, offline=offline)


@pytest.fixture(scope="session")
def built(shared: Path) -> Path:
    """The folder of the site for a web server."""
    return once(shared, "site", make_site)


@pytest.fixture(scope="session")
def built_offline(shared: Path) -> Path:
    """The folder that the offline zip is made from."""
    return once(shared, "offline site", partial(make_site, offline=True))


@pytest.fixture(scope="session")
def zipped(shared: Path, built_offline: Path) -> Path:
    """The offline zip."""
    return once(shared, f"{NAME}.zip", lambda target: pack(built_offline, target, WHEN))


@pytest.fixture(scope="session")
def unzipped(shared: Path, zipped: Path) -> Path:
    """The offline zip unpacked by a reader whose folder has a blank and an umlaut in its name."""

    def unpack(target: Path) -> None:
        shutil.rmtree(target, ignore_errors=True)
        with zipfile.ZipFile(zipped) as archive:
            archive.extractall(target)

    return once(shared, "für später", unpack) / NAME


class QuietHandler(SimpleHTTPRequestHandler):
    """A web server for static files that writes no log."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


class Server(ThreadingHTTPServer):
    """A server that is silent about browsers that leave before the end of an answer."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@pytest.fixture(scope="session")
def http_site(built: Path) -> Iterator[Site]:
    """The site on a web server of the loopback."""
    handler = partial(QuietHandler, directory=str(built))
    with Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield Site(built, f"http://127.0.0.1:{server.server_port}/", addresses(built))
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def file_site(built_offline: Path, unzipped: Path) -> Site:
    """The site opened as files from the unpacked zip."""
    return Site(unzipped, f"{unzipped.as_uri()}/", addresses(built_offline, as_files=True))


@pytest.fixture(params=["http", "file"])
def site(request: pytest.FixtureRequest) -> Site:
    """The site in both ways."""
    found: Site = request.getfixturevalue(f"{request.param}_site")
    return found
