"""`python -m courseware serve`: the site with live reload while pages and programs are written.

MkDocs watches and rebuilds in a process of its own; this process keeps what a build needs current
(`courseware.prepare`) whenever a source changes, and ends MkDocs when it is ended itself.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from courseware.pages import ROOT
from courseware.prepare import PrepareError, ipython_folder, prepare
from courseware.quiz import QuizError

HOST = "127.0.0.1"
PORT = 8000
POLL_SECONDS = 0.5
"""How often the sources are looked at; one look over a few hundred files takes milliseconds."""
END_SECONDS = 10
"""How long MkDocs may take to end, which includes the build it is in."""

Snapshot = dict[Path, tuple[int, int]]


def environment(root: Path) -> dict[str, str]:
    """The environment that MkDocs runs in: notebooks run again only when they change."""
    return {
        **os.environ,
        "IPYTHONDIR": str(ipython_folder(root)),
        "NO_MKDOCS_2_WARNING": "1",
        "NOTEBOOK_CACHE": "true",
    }


def is_free(port: int) -> bool:
    """Whether a server can listen on this port of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name == "posix":  # on Windows the option would let two servers share the port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen()
        except OSError:
            return False
    return True


def snapshot(root: Path) -> Snapshot:
    """Change time and size of every source of what is prepared."""
    generated = (root / "docs" / "code", root / "docs" / "reference")
    found: Snapshot = {}
    for name in ("docs", "snippets", "src"):
        for folder, folders, files in os.walk(root / name):
            here = Path(folder)
            folders[:] = [
                child
                for child in folders
                if child != "__pycache__" and here / child not in generated
            ]
            for file in files:
                try:
                    status = (here / file).stat()
                except FileNotFoundError:
                    continue
                found[here / file] = (status.st_mtime_ns, status.st_size)
    return found


def try_prepare(root: Path) -> bool:
    """Prepare, or say what is wrong; whether it went well."""
    try:
        prepare(root)
    except (QuizError, PrepareError) as error:
        print(f"prepare: {error}", file=sys.stderr, flush=True)
        return False
    return True


def end(child: subprocess.Popen[bytes]) -> None:
    """End MkDocs as Ctrl-C would, and for sure."""
    if child.poll() is None:
        if os.name == "posix":
            child.send_signal(signal.SIGINT)
        else:
            child.terminate()
        try:
            child.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """A signal that asks this process to end is treated as Ctrl-C."""
    raise KeyboardInterrupt


def serve(port: int, root: Path = ROOT) -> int:
    """Serve until Ctrl-C, or until MkDocs ends by itself; the exit code."""
    if not is_free(port):
        print(
            f"Port {port} of {HOST} is taken. Choose another one: make serve PORT={port + 1}",
            file=sys.stderr,
        )
        return 1
    if not try_prepare(root):
        return 1
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), interrupt)
    command = [sys.executable, "-m", "mkdocs", "serve", "--livereload", "-a", f"{HOST}:{port}"]
    before = snapshot(root)
    # A session of its own: Ctrl-C reaches this process alone, which then ends MkDocs once.
    child = subprocess.Popen(command, cwd=root, env=environment(root), start_new_session=True)
    try:
        while child.poll() is None:
            time.sleep(POLL_SECONDS)
            now = snapshot(root)
            if now != before:
                try_prepare(root)
                before = snapshot(root)
    except KeyboardInterrupt:
        return 0
    finally:
        end(child)
    return child.returncode


def main(arguments: list[str]) -> int:
    """Read the port and serve."""
    parser = argparse.ArgumentParser(
        prog="python -m courseware serve", description="Serve the site with live reload."
    )
    parser.add_argument("--port", type=int, default=PORT, help=f"default {PORT}")
    return serve(parser.parse_args(arguments).port)
