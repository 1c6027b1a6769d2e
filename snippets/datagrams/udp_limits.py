"""What a datagram socket keeps, cuts, refuses and drops: two sockets of one machine."""

import errno
import socket

LOOPBACK = ("127.0.0.1", 0)


def pair():
    """A socket that receives, and one that sends to it and takes datagrams from it alone."""
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(LOOPBACK)
    receiver.settimeout(1)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect(receiver.getsockname())
    sender.settimeout(1)
    return receiver, sender


def boundaries(receiver, sender):
    for message in (b"one", b"", b"three"):
        sender.send(message)
    print("boundaries  ", *(receiver.recv(1024) for _ in range(3)))


def truncated(receiver, sender):
    sender.send(b"a datagram of 28 octets, all")
    sender.send(b"next")
    try:
        cut = receiver.recv(10)
    except OSError as error:  # Windows says so; what fits is lost too
        cut = errno.errorcode[error.errno]
    print("room for 10 ", cut, "then", receiver.recv(1024))


def largest(receiver, sender):
    for size in (65_507, 65_508):
        try:
            sender.send(bytes(size))
            print(f"{size} octets", f"received {len(receiver.recv(65_535))}")
        except OSError as error:
            print(f"{size} octets", f"refused: {errno.errorcode[error.errno]}")


def unread(receiver, sender):
    for _ in range(10_000):
        sender.send(bytes(1000))
    receiver.setblocking(False)
    received = 0
    try:
        while receiver.recv(1024):
            received += 1
    except BlockingIOError:
        print("nobody reads", f"10000 sent, {received} received, no error")


def refused(receiver, sender):
    port = receiver.getsockname()[1]
    receiver.close()
    sender.send(b"anybody?")
    try:
        sender.recv(1024)
    except OSError as error:
        print("connected   ", type(error).__name__)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unconnected:
        unconnected.settimeout(0.2)
        unconnected.sendto(b"anybody?", ("127.0.0.1", port))
        try:
            unconnected.recv(1024)
        except OSError as error:
            print("unconnected ", type(error).__name__)


for show in (boundaries, truncated, largest, unread, refused):
    receiver, sender = pair()
    with receiver, sender:
        show(receiver, sender)
