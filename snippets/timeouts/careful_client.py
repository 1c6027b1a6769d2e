"""Fetches a line under one deadline for everything, and says what went wrong."""

import argparse
import socket
import sys
import time

LINE_LIMIT = 1024


class Deadline:
    def __init__(self, seconds):
        self.end = time.monotonic() + seconds

    def left(self):
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return left


def fetch_line(port, request, deadline):
    with socket.create_connection(("127.0.0.1", port), timeout=deadline.left()) as connection:
        connection.settimeout(deadline.left())
        connection.sendall(request.encode("ascii") + b"\n")
        buffer = b""
        while b"\n" not in buffer and len(buffer) <= LINE_LIMIT:
            connection.settimeout(deadline.left())
            piece = connection.recv(4096)
            if not piece:
                raise EOFError(f"the stream ended after {len(buffer)} octets of a line")
            buffer += piece
        line = buffer.partition(b"\n")[0]
        if len(line) > LINE_LIMIT:
            raise ValueError(f"no line feed within {LINE_LIMIT} octets")
        return line.decode("utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("requests", nargs="+", metavar="BEHAVIOR")
    parser.add_argument("--deadline", type=float, default=1, help="seconds for each line")
    parser.add_argument("--port", type=int, default=15000)
    options = parser.parse_args()
    failures = 0
    for request in options.requests:
        began = time.monotonic()
        try:
            told = repr(fetch_line(options.port, request, Deadline(options.deadline)))
        except (OSError, EOFError, ValueError) as error:
            told = type(error).__name__
            failures += 1
        print(f"{request:8} {time.monotonic() - began:4.1f} s  {told}", flush=True)
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
