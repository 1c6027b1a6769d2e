# Wrong on purpose: an attempt that has failed is waited for like one that has not.
"""Connects to the first of several places that answers, and prints the line that it sends."""

import argparse
import errno
import selectors
import socket
import sys
import time


def race(ports, delay, timeout):
    """The first connection that succeeds, or None; all others are closed."""
    waiting, running, winner = list(ports), set(), None
    end = time.monotonic() + timeout
    due = 0.0
    with selectors.DefaultSelector() as selector:
        while winner is None and (waiting or running) and (now := time.monotonic()) < end:
            if waiting and now >= due:
                connection = socket.socket()
                connection.setblocking(False)
                error = connection.connect_ex(("127.0.0.1", waiting.pop(0)))
                if error not in (0, errno.EINPROGRESS, errno.EWOULDBLOCK):
                    connection.close()
                    continue
                selector.register(connection, selectors.EVENT_WRITE)
                running.add(connection)
                due = now + delay
            wake = min(due, end) if waiting else end
            for key, _ in selector.select(max(0, wake - time.monotonic())):
                connection = key.fileobj
                selector.unregister(connection)
                if connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                    pass
                elif winner is None:
                    winner = connection
                    running.discard(connection)
                    continue
                running.discard(connection)
                connection.close()
    for connection in running:
        connection.close()
    return winner


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, nargs="+", required=True)
    parser.add_argument("--delay", type=float, default=0.25)
    parser.add_argument("--timeout", type=float, default=5)
    options = parser.parse_args()
    winner = race(options.port, options.delay, options.timeout)
    if winner is None:
        print("nobody")
        sys.exit(1)
    winner.settimeout(5)
    with winner, winner.makefile("rb") as lines:
        print(lines.readline(1024).decode().rstrip("\n"))


if __name__ == "__main__":
    main()
