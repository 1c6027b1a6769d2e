"""Leads three connections through every state of TCP and prints those of both ends. Linux only."""

import contextlib
import itertools
import socket
import time

from state_watch import ends

PAUSE = 0.05
LINES = itertools.count(1)


class Pair:
    """A client and, once it has been accepted, the server's end."""

    def __init__(self, listener, name):
        self.listener, self.name = listener, name
        self.client, self.server = socket.socket(), None
        self.client.setblocking(False)  # connect is not to wait for the handshake.
        with contextlib.suppress(BlockingIOError):
            self.client.connect(listener.getsockname())

    def accept(self):
        self.server, _ = self.listener.accept()

    def show(self, what):
        time.sleep(PAUSE)
        here, there = self.client.getsockname()[1], self.listener.getsockname()[1]
        show(self.name, what, (here, there), (there, here))


def show(name, what, *pairs):
    now = ends()
    states = [now.get(pair, ("-", 0))[0] for pair in pairs]
    print(f"{next(LINES):2}  {name:7}{what:37}{states[0]:14}{states[1]}", flush=True)


def fill_and_end(sender):
    """Sends until all buffers are full and ends the direction: the FIN has to wait behind it."""
    sender.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            sender.send(bytes(65536))
    sender.shutdown(socket.SHUT_WR)


def read_all(receiver):
    receiver.settimeout(10)
    while receiver.recv(65536):
        pass


def main():
    print(f"{'':11}{'after':37}{'client':14}server")
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        # Small buffers are soon full. The ends of the connections inherit them.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        show("", "listen", (0, 0), (listener.getsockname()[1], 0))
        first = Pair(listener, "first")
        first.show("connect; nobody accepts")
        late = Pair(listener, "late")
        late.show("connect; the queue is full")
        first.accept()
        time.sleep(1.1)  # until the kernel sends the SYN again
        late.show("the queue has room, a second later")
        late.accept()
        fill_and_end(late.client)
        late.show("client: send, shutdown; no recv")
        read_all(late.server)
        late.show("server: recv until the end")
        fill_and_end(late.server)
        late.show("server: send, shutdown; no recv")
        read_all(late.client)
        late.show("client: recv until the end")

        # Now the kernel takes a connection for established only once data has come.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 5)
        both = Pair(listener, "both")
        both.show("connect; the server waits for data")
        both.client.send(b"x")
        both.show("client: send")
        both.accept()
        fill_and_end(both.client)
        fill_and_end(both.server)
        both.show("both: send, shutdown; no recv")
        read_all(both.client)
        both.show("client: recv until the end")
        read_all(both.server)
        both.show("server: recv until the end")
        for pair in first, late, both:
            pair.client.close()
            pair.server.close()


if __name__ == "__main__":
    main()
