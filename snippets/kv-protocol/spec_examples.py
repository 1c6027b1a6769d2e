"""Plays the examples of the specification to a server, each on a connection of its own."""

import argparse
import contextlib
import socket
import sys

from kv_examples import EXAMPLES

CLOSING = (b"ERR version\n", b"ERR line\n", b"ERR length\n", b"ERR value\n")


def replies_of(port, sent, expected):
    """All that comes until the server ends the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(sent)
        if not expected.endswith(CLOSING):
            connection.shutdown(socket.SHUT_WR)
        received = b""
        with contextlib.suppress(ConnectionError):
            while octets := connection.recv(4096):
                received += octets
        return received


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    for name, (sent, expected) in EXAMPLES.items():
        try:
            received = replies_of(port, sent, expected)
        except TimeoutError:
            sys.exit(f"{name}: nothing came for 5 seconds")
        if received != expected:
            sys.exit(f"{name}:\n  expected {expected}\n  received {received}")
    print(len(EXAMPLES), "examples, all as specified")


if __name__ == "__main__":
    main()
