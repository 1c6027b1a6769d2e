"""The same work over UDP and over TCP, between two threads of one machine."""

import contextlib
import socket
import threading
import time

MESSAGE = bytes(1000)
ROUNDS = 2_000
FLOOD = 20_000


def pair(kind):
    """Two sockets that are connected to each other."""
    if kind == "TCP":
        with socket.create_server(("127.0.0.1", 0)) as listener:
            ours = socket.create_connection(listener.getsockname(), timeout=2)
            theirs, _ = listener.accept()
    else:
        ours, theirs = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        for end in (ours, theirs):
            end.bind(("127.0.0.1", 0))
        ours.connect(theirs.getsockname())
        theirs.connect(ours.getsockname())
    for end in (ours, theirs):
        end.settimeout(2)
    return ours, theirs


def echo(end):
    for _ in range(ROUNDS):
        end.sendall(end.recv(2000))


def exchange(ours, theirs):
    """Seconds for an exchange of one message, on average."""
    other = threading.Thread(target=echo, args=[theirs])
    other.start()
    began = time.perf_counter()
    for _ in range(ROUNDS):
        ours.sendall(MESSAGE)
        ours.recv(2000)
    took = time.perf_counter() - began
    other.join()
    return took / ROUNDS


def flood(ours, theirs):
    """Octets a second, and the share that arrives, when they are sent as fast as it goes."""
    arrived = 0

    def send():
        for _ in range(FLOOD):
            ours.sendall(MESSAGE)

    began = ended = time.perf_counter()
    other = threading.Thread(target=send)
    other.start()
    theirs.settimeout(0.3)
    with contextlib.suppress(TimeoutError):
        while arrived < FLOOD * len(MESSAGE):
            arrived += len(theirs.recv(65_536))
            ended = time.perf_counter()
    other.join()
    return arrived / (ended - began), arrived / (FLOOD * len(MESSAGE))


for kind in ("UDP", "TCP"):
    ours, theirs = pair(kind)
    with ours, theirs:
        print(f"{kind}  an exchange   {exchange(ours, theirs) * 1e6:.0f} microseconds", flush=True)
    ours, theirs = pair(kind)
    with ours, theirs:
        rate, share = flood(ours, theirs)
    print(f"{kind}  {FLOOD:,} sends  {rate / 1e6:.0f} MB/s, {share:.0%} arrived", flush=True)
