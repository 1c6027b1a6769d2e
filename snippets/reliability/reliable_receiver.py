"""Receives one file over UDP, reliably, and prints what it was."""

import argparse
import contextlib
import hashlib
import socket
import sys
import time

from schemes import SCHEMES, Receiver

IDLE = 10  # seconds without a packet before it gives up
LINGER = 1  # seconds without one, after the end, in which it still answers: ten timeouts
LIMIT = 10_000_000


def run(channel, receiver):
    content, sender = bytearray(), None
    heard = time.monotonic()
    while len(content) <= LIMIT:
        left = heard + (LINGER if receiver.finished else IDLE) - time.monotonic()
        if left <= 0:
            break
        channel.settimeout(left)
        # Windows says with a ConnectionError that the sender has gone.
        with contextlib.suppress(TimeoutError, ConnectionError):
            datagram, address = channel.recvfrom(65_535)
            if sender in (None, address) and (answer := receiver.receive(datagram)):
                sender, heard = address, time.monotonic()
                channel.sendto(answer, sender)
        content += receiver.take()
    if not receiver.finished:
        sys.exit(f"no end after {len(content)} octets")
    return content


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scheme", choices=SCHEMES, default=SCHEMES[-1])
    parser.add_argument("--port", type=int, default=15000)
    options = parser.parse_args()
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
            channel.bind(("127.0.0.1", options.port))
            print("LISTENING", *channel.getsockname(), flush=True)
            content = run(channel, Receiver(options.scheme))
        print(f"{len(content)} octets, SHA-256 {hashlib.sha256(content).hexdigest()[:16]}...")
    except KeyboardInterrupt:
        print("STOPPED")


if __name__ == "__main__":
    main()
