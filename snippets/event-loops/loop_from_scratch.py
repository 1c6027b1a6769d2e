"""An event loop: takes turns among generators, and waits for timers and sockets in one place."""

import heapq
import itertools
import selectors
import socket
import time
from collections import deque


class Loop:
    def __init__(self):
        self.ready = deque()
        self.timers = []
        self.order = itertools.count()
        self.selector = selectors.DefaultSelector()

    def start(self, task):
        self.ready.append(task)

    def run(self):
        with self.selector:
            while self.ready or self.timers or self.selector.get_map():
                self.take_turns()
                self.wait()

    def take_turns(self):
        while self.ready:
            task = self.ready.popleft()
            try:
                wish, what = next(task)
            except StopIteration:
                continue
            if wish == "sleep":
                # Two timers of the same moment are compared by their order, never by their tasks.
                timer = (time.monotonic() + what, next(self.order), task)
                heapq.heappush(self.timers, timer)
            else:
                self.selector.register(what, selectors.EVENT_READ, task)

    def wait(self):
        patience = max(0, self.timers[0][0] - time.monotonic()) if self.timers else None
        if self.selector.get_map():
            for key, _ in self.selector.select(patience):
                self.selector.unregister(key.fileobj)
                self.ready.append(key.data)
        elif self.timers:
            # Windows refuses a select without sockets.
            time.sleep(patience)
        while self.timers and self.timers[0][0] <= time.monotonic():
            self.ready.append(heapq.heappop(self.timers)[2])


def clock(name, beat):
    for tick in (1, 2):
        yield "sleep", beat
        print(name, tick)


def receive(connection):
    yield "readable", connection
    return connection.recv(1024)


def reader(connection):
    while octets := (yield from receive(connection)):
        print("received", octets)
    print("the stream has ended")
    yield "sleep", 0.1
    print("the reader is done")


def writer(connection):
    yield from clock("slow", 0.3)
    connection.sendall(b"hello")
    connection.shutdown(socket.SHUT_WR)


def main():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        loop = Loop()
        for task in (clock("fast", 0.2), reader(ours), writer(theirs)):
            loop.start(task)
        loop.run()


if __name__ == "__main__":
    main()
