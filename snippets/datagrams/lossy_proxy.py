"""A UDP relay that loses, doubles, holds back and delays datagrams; its log says which."""

import argparse
import contextlib
import heapq
import random
import selectors
import socket
import time

FLOWS = 64  # clients that have a socket at one time


class Direction:
    """The datagrams of one client in one direction, and what happens to them."""

    def __init__(self, name, number, faults):
        self.name, self.number, self.faults = name, number, faults
        self.chance = random.Random(f"{faults.seed}/{name}/{number}")
        self.count = 0
        self.under_way = []

    def send(self, datagram):
        self.count += 1
        # Three numbers for each datagram, so that one fault does not shift the others.
        lost, twice, held = (self.chance.random() for _ in range(3))
        faults, delays = self.faults, []
        if self.name not in faults.only:
            word, delays = "passed", [faults.delay]
        elif lost < faults.loss:
            word = "lost"
        elif twice < faults.duplicate:
            word, delays = "twice", [faults.delay, faults.delay + faults.hold]
        elif held < faults.reorder:
            word, delays = "held back", [faults.delay + faults.hold]
        else:
            word, delays = "passed", [faults.delay]
        if not faults.quiet:
            print(f"client {self.number}, {self.name} {self.count}: {word}", flush=True)
        for copy, delay in enumerate(delays):
            due = time.monotonic() + delay
            heapq.heappush(self.under_way, (due, self.count, copy, datagram))

    def arrived(self):
        while self.under_way and self.under_way[0][0] <= time.monotonic():
            yield heapq.heappop(self.under_way)[-1]


def relay(proxy, options):
    flows = {}
    number = 0
    selector = selectors.DefaultSelector()
    selector.register(proxy, selectors.EVENT_READ)
    while True:
        directions = [direction for flow in flows.values() for direction in flow[1:]]
        due = [direction.under_way[0][0] for direction in directions if direction.under_way]
        wait = min(due, default=time.monotonic() + 1) - time.monotonic()
        for key, _ in selector.select(max(0, wait)):
            # A refusal, by the server or by a client that has gone, is no datagram.
            with contextlib.suppress(OSError):
                datagram, address = key.fileobj.recvfrom(65_535)
                if key.fileobj is not proxy:
                    flows[key.data][2].send(datagram)
                    continue
                if address not in flows:
                    if len(flows) == FLOWS:
                        oldest = flows.pop(next(iter(flows)))[0]
                        selector.unregister(oldest)
                        oldest.close()
                    number += 1
                    upstream = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    upstream.connect(("127.0.0.1", options.to))
                    selector.register(upstream, selectors.EVENT_READ, address)
                    there = Direction("there", number, options)
                    flows[address] = (upstream, there, Direction("back", number, options))
                flows[address][1].send(datagram)
        for client, (upstream, there, back) in flows.items():
            with contextlib.suppress(OSError):  # what cannot be sent is lost
                for datagram in there.arrived():
                    upstream.send(datagram)
                for datagram in back.arrived():
                    proxy.sendto(datagram, client)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15001, help="receive here")
    parser.add_argument("--to", type=int, default=15000, help="port of the server")
    parser.add_argument("--seed", default="1")
    for fault in ("loss", "duplicate", "reorder"):
        parser.add_argument(f"--{fault}", type=float, default=0, help="share, from 0 to 1")
    parser.add_argument("--delay", type=float, default=0, help="seconds, for each datagram")
    parser.add_argument("--hold", type=float, default=0.02, help="seconds, if held back")
    parser.add_argument("--quiet", action="store_true", help="without the log")
    parser.add_argument("--only", default=["there", "back"], choices=["there", "back"], nargs=1)
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as proxy:
            proxy.bind(("127.0.0.1", options.port))
            print("LISTENING", *proxy.getsockname(), flush=True)
            relay(proxy, options)
    print("STOPPED")


if __name__ == "__main__":
    main()
