"""Sends numbered datagrams through a relay to itself, and prints which of them came."""

import argparse
import collections
import socket
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--port", type=int, default=15001, help="of the relay")
    parser.add_argument("--listen", type=int, default=15000, help="where the relay sends to")
    options = parser.parse_args()
    arrived = []
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        receiver.bind(("127.0.0.1", options.listen))
        for number in range(1, options.count + 1):
            sender.sendto(b"%d" % number, ("127.0.0.1", options.port))
            take(receiver, arrived, 0.01)
        take(receiver, arrived, 0.2)
    times = collections.Counter(arrived)
    newest = [max(arrived[: place + 1]) for place in range(len(arrived))]
    late = sum(number < seen for number, seen in zip(arrived, newest, strict=True))
    print(f"sent {options.count}, received {len(arrived)}, {late} of them late")
    print("never:", *(number for number in range(1, options.count + 1) if not times[number]))
    print("twice:", *sorted(number for number, count in times.items() if count > 1))


def take(receiver, arrived, seconds):
    """Receive numbers for some seconds."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        receiver.settimeout(left)
        try:
            arrived.append(int(receiver.recv(1024)))
        except TimeoutError:
            return


if __name__ == "__main__":
    main()
