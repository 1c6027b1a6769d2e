"""Whether this machine can run the course: what must be there, and what is good to have."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

NEWEST_TRIED = (3, 14)
DEFAULT_PORT = 15000
DESCRIPTORS = 256
"""What the busiest program of the course needs, with room to spare."""

TOOLS = {
    "nc": (
        "types and shows octets by hand",
        {
            "linux": "apt install netcat-openbsd",
            "darwin": "part of macOS",
            "win32": "Ncat, from nmap.org",
        },
    ),
    "ss": (
        "lists sockets and their states",
        {
            "linux": "apt install iproute2",
            "darwin": "use `netstat -an`",
            "win32": "use `netstat -an`",
        },
    ),
    "curl": (
        "speaks HTTP",
        {
            "linux": "apt install curl",
            "darwin": "part of macOS",
            "win32": "part of Windows 10 and newer",
        },
    ),
}


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes:
        mark: "ok"; "note" where the course can do without it; "bad" where it cannot.
        what: what was looked at.
        found: what was found, and what to do about it.
    """

    mark: Literal["ok", "note", "bad"]
    what: str
    found: str


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] > NEWEST_TRIED:
        return Finding("note", "Python", f"{version}; the course was tried with 3.11 to 3.14")
    return Finding("ok", "Python", version)


def _conversation(host: str) -> None:
    """One connection over the loopback, with an octet each way; OSError where it fails."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.create_server((host, 0), family=family)) as listener:
        listener.settimeout(5)
        address = listener.getsockname()[:2]
        with socket.create_connection(address, timeout=5) as client:
            server, _ = listener.accept()
            with server:
                server.settimeout(5)
                client.sendall(b"?")
                server.sendall(server.recv(1) + b"!")
                answer = b""
                while len(answer) < 2 and (more := client.recv(2)):
                    answer += more
    if answer != b"?!":
        raise OSError(f"what came back is {answer!r}, not b'?!'")


def _loopback() -> Finding:
    try:
        _conversation("127.0.0.1")
    except OSError as error:
        advice = "the programs of the course talk over 127.0.0.1; does a firewall forbid it?"
        return Finding("bad", "loopback, IPv4", f"{error}; {advice}")
    return Finding("ok", "loopback, IPv4", "a connection to 127.0.0.1 carries octets both ways")


def _loopback6() -> Finding:
    try:
        _conversation("::1")
    except OSError:
        return Finding(
            "note", "loopback, IPv6", "no connection to ::1; only the examples of IPv6 need it"
        )
    return Finding("ok", "loopback, IPv6", "a connection to ::1 carries octets both ways")


def _port(port: int) -> Finding:
    what = f"port {port}"
    try:
        with closing(socket.create_server(("127.0.0.1", port))):
            pass
    except OSError:
        return Finding("note", what, "taken; start servers with `--port` and another number")
    return Finding("ok", what, "free")


def _tool(name: str) -> Finding:
    use, install = TOOLS[name]
    if shutil.which(name):
        return Finding("ok", name, use)
    how = install.get(sys.platform, "see your system's packages")
    return Finding("note", name, f"not found ({use}): {how}")


def _descriptors() -> Iterator[Finding]:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit != resource.RLIM_INFINITY and limit < DESCRIPTORS:
        yield Finding("note", "open files", f"{limit} a program; `ulimit -n {DESCRIPTORS}`")
    else:
        yield Finding("ok", "open files", f"{DESCRIPTORS} or more a program")


def _terminal() -> Finding:
    encoding = (sys.stdout.encoding or "unknown").lower()
    if encoding.replace("-", "") == "utf8":
        return Finding("ok", "terminal", "UTF-8")
    return Finding(
        "note", "terminal", f"{encoding}: set PYTHONUTF8=1 to see names in all scripts as they are"
    )


def _requests() -> Finding:
    if find_spec("requests"):
        return Finding("ok", "requests", "the HTTP client of the chapters on APIs")
    return Finding(
        "note", "requests", "not found; the chapters on APIs need it: pip install requests"
    )


def findings(port: int = DEFAULT_PORT) -> Iterator[Finding]:
    """Look at one thing after the other.

    Args:
        port: the one that the course's servers use by default.
    """
    yield _python()
    yield _loopback()
    yield _loopback6()
    yield _port(port)
    yield from _descriptors()
    yield _terminal()
    yield _requests()
    for name in TOOLS:
        yield _tool(name)
