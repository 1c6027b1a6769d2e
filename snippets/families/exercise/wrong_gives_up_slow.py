# Wrong on purpose: each place is given up when the next is tried, also one that is only slow.
"""Connects to the first of several places that answers, and prints the line that it sends."""

import argparse
import socket
import sys
import time


def race(ports, delay, timeout):
    """The first connection that succeeds, or None."""
    end = time.monotonic() + timeout
    for port in ports:
        if (left := end - time.monotonic()) <= 0:
            break
        try:
            return socket.create_connection(("127.0.0.1", port), min(delay, left))
        except OSError:
            continue
    return None


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
