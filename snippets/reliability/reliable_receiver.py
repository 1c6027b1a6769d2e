"""Receives one file over UDP, reliably, and prints what it was."""

import argparse
import hashlib
import socket
import sys

from schemes import SCHEMES, Receiver

IDLE = 10  # seconds of silence before it gives up
LINGER = 1  # seconds of silence, after the end, in which it still answers: ten timeouts
LIMIT = 10_000_000


def run(channel, receiver):
    content, sender = b"", None
    while len(content) <= LIMIT:
        channel.settimeout(LINGER if receiver.finished else IDLE)
        try:
            datagram, address = channel.recvfrom(65_535)
            if sender not in (None, address):
                continue
            if answer := receiver.receive(datagram):
                sender = address
                channel.sendto(answer, sender)
        except TimeoutError:
            break
        except ConnectionError:  # the sender has gone; Windows says so here
            continue
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
