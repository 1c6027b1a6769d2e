"""Sends a file over UDP, reliably."""

import argparse
import contextlib
import hashlib
import secrets
import socket
import sys
import time
from pathlib import Path

from schemes import SCHEMES, GaveUp, Sender


def run(channel, sender):
    while not sender.finished:
        for datagram in sender.send(time.monotonic()):
            with contextlib.suppress(OSError):  # what cannot be sent is lost, and sent again
                channel.send(datagram)
        channel.settimeout(max(0.001, sender.due() - time.monotonic()))
        with contextlib.suppress(TimeoutError, ConnectionError):
            sender.receive(time.monotonic(), channel.recv(65_535))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--scheme", choices=SCHEMES, default=SCHEMES[-1])
    parser.add_argument("--piece", type=int, default=1000, help="octets of content in a datagram")
    parser.add_argument("--port", type=int, default=15000)
    parser.add_argument("--tries", type=int, default=30, help="timeouts in a row")
    options = parser.parse_args()
    content = options.file.read_bytes()
    transfer = secrets.randbits(32)
    settings = {"shortest": 0.02, "longest": 0.1, "tries": options.tries, "piece": options.piece}
    sender = Sender(options.scheme, transfer, content, **settings)
    began = time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.connect(("127.0.0.1", options.port))
        try:
            run(channel, sender)
        except GaveUp as error:
            sys.exit(f"gave up: {error}")
    took = time.monotonic() - began
    print(f"{len(content)} octets, SHA-256 {hashlib.sha256(content).hexdigest()[:16]}...")
    print(f"{len(sender.pieces)} packets in {sender.sent} datagrams and {took:.2f} s")


if __name__ == "__main__":
    main()
