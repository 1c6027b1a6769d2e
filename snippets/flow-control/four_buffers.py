"""Where the octets are when two ends send and nobody reads. Asks Linux, which tells."""

import argparse
import contextlib
import fcntl
import json
import socket
import struct
import time
from pathlib import Path

SIOCINQ = 0x541B
SIOCOUTQ = 0x5411
BUFFER = 65536
MESSAGE = 400_000


def octets_in(connection, queue):
    """How many octets are in a buffer of this socket: received and unread, or sent and on hold."""
    return struct.unpack("i", fcntl.ioctl(connection, queue, bytes(4)))[0]


class End:
    def __init__(self, connection):
        connection.setblocking(False)
        self.connection = connection
        self.sent = self.read = 0

    def send(self, up_to=MESSAGE):
        with contextlib.suppress(BlockingIOError):
            while self.sent < up_to:
                self.sent += self.connection.send(bytes(min(16384, up_to - self.sent)))

    def receive(self, up_to=MESSAGE):
        with contextlib.suppress(BlockingIOError):
            while self.read < up_to:
                self.read += len(self.connection.recv(min(16384, up_to - self.read)))


def small(sock):
    """Buffers of a fixed size; otherwise the system lets them grow."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
    return sock


def connected_pair():
    with small(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        left = small(socket.socket())
        left.connect(listener.getsockname())
        right, _ = listener.accept()
    return left, right


def settled(left, right):
    """The counters, once the system has moved what it can."""
    before, now = {}, counters(left, right)
    while now != before:
        time.sleep(0.05)
        before, now = now, counters(left, right)
    return now


def counters(left, right):
    return {
        "left sends": octets_in(left, SIOCOUTQ),
        "right receives": octets_in(right, SIOCINQ),
        "right sends": octets_in(right, SIOCOUTQ),
        "left receives": octets_in(left, SIOCINQ),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", metavar="FILE", help="keep the counters as JSON")
    options = parser.parse_args()
    kept = []
    connections = connected_pair()
    left, right = map(End, connections)

    def note(moment):
        kept.append({"moment": moment, "left": left.sent, "right": right.sent})
        kept[-1] |= settled(*connections)
        print(f"{moment}: left has sent {left.sent}, right {right.sent}")

    with connections[0], connections[1]:
        for octets in (65_536, 163_840):
            left.send(octets)
            right.send(octets)
            note(f"{octets} octets each")
        for _ in range(5):
            left.send()
            right.send()
            settled(*connections)
        note("both are stuck")
        left.receive(150_000)
        settled(*connections)
        right.send()
        note("left reads")
        while left.read < MESSAGE:
            left.receive()
            right.send()
        note("left has read all")
        while right.read < MESSAGE:
            right.receive()
            left.send()
        note("right has read all")
    if options.write:
        Path(options.write).write_text(json.dumps(kept, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
