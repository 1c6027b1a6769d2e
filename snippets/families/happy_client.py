"""Connects to the first of several addresses that answers; the next begins before the last ends."""

import argparse
import contextlib
import errno
import json
import selectors
import socket
import sys
import time
from pathlib import Path


def place(text):
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def attempt(where):
    """A socket that is connecting, or None where that fails at once, as without a route."""
    with contextlib.suppress(OSError):  # The name may be unknown, and the family to the system.
        family, kind, _, _, address = socket.getaddrinfo(*where, type=socket.SOCK_STREAM)[0]
        connection = socket.socket(family, kind)
        connection.setblocking(False)
        if connection.connect_ex(address) in (0, errno.EINPROGRESS, errno.EWOULDBLOCK):
            return connection
        connection.close()
    return None


def race(places, delay, timeout, note):
    """The first connection that succeeds, or None; all others are closed."""
    waiting, running, winner = list(places), {}, None
    end = time.monotonic() + timeout
    due = 0.0
    with selectors.DefaultSelector() as selector:
        while not winner and (waiting or running) and (now := time.monotonic()) < end:
            if waiting and now >= due:
                where = waiting.pop(0)
                note(where, "begins")
                if not (connection := attempt(where)):
                    note(where, "failed")
                    continue
                running[connection] = where
                selector.register(connection, selectors.EVENT_WRITE)
                due = now + delay
            wake = min(due, end) if waiting else end
            for key, _ in selector.select(max(0, wake - time.monotonic())):
                selector.unregister(key.fileobj)
                where = running.pop(key.fileobj)
                if key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                    note(where, "failed")
                    key.fileobj.close()
                    due = 0.0  # The next need not wait.
                elif not winner:
                    note(where, "connected")
                    winner = key.fileobj
                else:
                    key.fileobj.close()
    for connection, where in running.items():
        note(where, "given up")
        connection.close()
    return winner


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("places", nargs="+", type=place, metavar="HOST:PORT")
    parser.add_argument("--delay", type=float, default=0.25, help="seconds from one to the next")
    parser.add_argument("--timeout", type=float, default=5, help="seconds for all of them")
    parser.add_argument("--write", metavar="FILE", help="keep what happened as JSON")
    options = parser.parse_args()
    begin, kept = time.monotonic(), []

    def note(where, what):
        kept.append((time.monotonic() - begin, where[0], what))
        print(f"{kept[-1][0]:.3f} s  {where[0]} port {where[1]} {what}", flush=True)

    winner = race(options.places, options.delay, options.timeout, note)
    if options.write:
        Path(options.write).write_text(json.dumps(kept), encoding="utf-8")
    if winner is None:
        sys.exit("nobody answered")
    winner.settimeout(5)
    with winner, winner.makefile("rb") as lines:
        print(ascii(lines.readline(100)))


if __name__ == "__main__":
    main()
