# Wrong on purpose: it forgets clients that are cut off, and keeps their sockets.

import argparse
import contextlib
import selectors
import socket
import time

OUTPUT_LIMIT = 65536
IDLE_TIME = 60


class Client:
    def __init__(self, connection):
        self.connection = connection
        self.output = bytearray()
        self.ended = False
        self.heard = time.monotonic()

    def interest(self):
        """What to watch for. Who does not read its answers is not read from."""
        events = selectors.EVENT_WRITE if self.output else 0
        if not self.ended and len(self.output) <= OUTPUT_LIMIT:
            events |= selectors.EVENT_READ
        return events

    def ready(self, events):
        self.heard = time.monotonic()
        with contextlib.suppress(BlockingIOError):
            if events & selectors.EVENT_READ:
                octets = self.connection.recv(16384)
                self.ended = not octets
                self.output += octets
            if self.output:
                del self.output[: self.connection.send(self.output)]


class EchoServer:
    def __init__(self, selector, listener):
        self.selector = selector
        self.listener = listener
        self.lost = []
        self.next_look = time.monotonic() + 1
        selector.register(listener, selectors.EVENT_READ)

    def serve(self):
        while True:
            # Not longer than a second: for what is due, and for Ctrl-C on Windows.
            for key, events in self.selector.select(timeout=1):
                if key.data is None:
                    self.accept()
                else:
                    self.advance(key.data, events)
            if time.monotonic() >= self.next_look:
                self.look()

    def accept(self):
        try:
            connection, _ = self.listener.accept()
        except (BlockingIOError, ConnectionError):
            return
        except OSError:
            # No descriptor is free, and the listener stays ready: it is not asked until `look`.
            self.selector.unregister(self.listener)
            return
        connection.setblocking(False)
        self.selector.register(connection, selectors.EVENT_READ, Client(connection))

    def advance(self, client, events):
        try:
            client.ready(events)
            interest = client.interest()
        except OSError:
            self.selector.unregister(client.connection)
            self.lost.append(client)
            return
        if interest:
            self.selector.modify(client.connection, interest, client)
        else:
            self.drop(client)

    def clients(self):
        return [key.data for key in self.selector.get_map().values() if key.data is not None]

    def look(self):
        """Once a second: drop silent clients; accept again if descriptors had run out."""
        self.next_look = time.monotonic() + 1
        for client in self.clients():
            if client.heard < time.monotonic() - IDLE_TIME:
                self.drop(client)
        if self.listener not in self.selector.get_map():
            self.selector.register(self.listener, selectors.EVENT_READ)

    def drop(self, client):
        self.selector.unregister(client.connection)
        client.connection.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with contextlib.suppress(KeyboardInterrupt):
        with (
            socket.create_server(("127.0.0.1", port), backlog=512) as listener,
            selectors.DefaultSelector() as selector,
        ):
            listener.setblocking(False)
            server = EchoServer(selector, listener)
            print("LISTENING", *listener.getsockname(), flush=True)
            try:
                server.serve()
            finally:
                for client in server.clients():
                    server.drop(client)
    print("STOPPED")


if __name__ == "__main__":
    main()
