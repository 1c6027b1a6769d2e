"""All designs of `onthewire.serving` and two peers under the same load, in one run.

    python -m tests.bench.serving_designs [--counts 1 100] [--write FILE]

Each design serves lines of 64 octets from a process of its own. The load is one other process that
holds all clients: first they connect and stay idle, which shows the memory of a connection; then
each sends a line, awaits its echo, and sends the next, until its share of the lines is done. So a
rate cannot grow beyond what one process of Python can ask for, about 50,000 a second here.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import selectors
import socket
import socketserver
import statistics
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from onthewire import serving

MESSAGE = b"x" * 63 + b"\n"
COUNTS = (1, 100, 1_000, 5_000)
LINES = 20_000
"""Lines in all, shared by the clients; with 5,000 of them, one each, as threads take a minute."""

RUNS = 3
CONNECTING = 64
"""Connections on their way at one time: fewer than any of the queues holds."""

CONNECT_TIME = 10.0
"""Seconds without a new connection after which the rest is given up."""

POOL = 32
LIMITS = serving.Limits(clients=10_000)


class Echo(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        for line in self.rfile:
            self.wfile.write(line)


class Threading(socketserver.ThreadingTCPServer):
    request_queue_size = 512  # As ours; its own 5 would be the thing measured.
    daemon_threads = True


async def echo(reader, writer):
    while line := await reader.readline():
        writer.write(line)
        await writer.drain()
    writer.close()


async def streams():
    server = await asyncio.start_server(echo, "127.0.0.1", 0, backlog=512)
    print("LISTENING", *server.sockets[0].getsockname(), flush=True)
    await asyncio.Event().wait()


def identity(text):
    return text


def ours(kind, limits=LIMITS, **more):
    with kind(partial(serving.LineService, identity, limits), limits=limits, **more) as server:
        print("LISTENING", *server.address, flush=True)
        server.serve()


def socketserver_threads():
    with Threading(("127.0.0.1", 0), Echo) as server:
        print("LISTENING", *server.server_address, flush=True)
        server.serve_forever()


DESIGNS = {
    "one at a time": partial(ours, serving.SequentialServer),
    f"a pool of {POOL}": partial(ours, serving.PoolServer, serving.Limits(clients=POOL)),
    "a thread each": partial(ours, serving.ThreadServer),
    "selectors": partial(ours, serving.SelectorServer),
    "asyncio": partial(ours, serving.AsyncioServer),
    "2 processes": partial(ours, serving.ProcessServer, processes=2),
    "ThreadingTCPServer": socketserver_threads,
    "asyncio.start_server": lambda: asyncio.run(streams()),
}


def memory(pid):
    """Octets of a process and all that it has started, what they share counted once."""
    octets = 0
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    octets += sum(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Pss:"))
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            octets += memory(int(child))
    return octets


def settled(pid):
    """The memory once it no longer changes: all threads, tasks and processes are there."""
    last, now = -1, memory(pid)
    for _ in range(10):
        if abs(now - last) < 65_536:
            break
        time.sleep(0.3)
        last, now = now, memory(pid)
    return now


def connected(address, count):
    """As many connections as there are places; fewer where no more came for a while."""
    selector = selectors.DefaultSelector()
    begun = 0
    done = []
    last = time.monotonic()
    while len(done) < count and time.monotonic() - last < CONNECT_TIME:
        while begun < count and begun - len(done) < CONNECTING:
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(address)
            selector.register(sock, selectors.EVENT_WRITE)
            begun += 1
        for key, _ in selector.select(0.5):
            selector.unregister(key.fileobj)
            key.fileobj.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            done.append(key.fileobj)
            last = time.monotonic()
    for key in list(selector.get_map().values()):
        key.fileobj.close()
    selector.close()
    return done


def exchange(socks, rounds):
    """Seconds of every exchange, and of all of them together."""
    selector = selectors.DefaultSelector()
    waits = []
    left = dict.fromkeys(socks, rounds)
    began = time.perf_counter()
    asked = {}
    for sock in socks:
        selector.register(sock, selectors.EVENT_READ)
        asked[sock] = time.perf_counter()
        sock.send(MESSAGE)
    while left:
        ready = selector.select(60)
        if not ready:
            raise TimeoutError(f"{len(left)} clients wait without end")
        for key, _ in ready:
            sock = key.fileobj
            answer = sock.recv(len(MESSAGE))
            while answer and len(answer) < len(MESSAGE):
                sock.setblocking(True)
                answer += sock.recv(len(MESSAGE) - len(answer))
                sock.setblocking(False)
            if answer != MESSAGE:
                raise ValueError(f"wrong echo {answer!r}")
            now = time.perf_counter()
            waits.append(now - asked[sock])
            left[sock] -= 1
            if left[sock]:
                asked[sock] = now
                sock.send(MESSAGE)
            else:
                del left[sock]
                selector.unregister(sock)
                sock.close()
    return waits, time.perf_counter() - began


def measure(design, count):
    """What one run gives: rate, p50 and p99 in milliseconds, octets a connection; or None."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.serving_designs", "--serve", design],
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            _, host, port = server.stdout.readline().split()
            # The processes of a design may still be starting; the first answer shows the end of it.
            exchange(connected((host, int(port)), 1), 50)
            before = settled(server.pid)
            socks = connected((host, int(port)), count)
            if len(socks) < count:
                for sock in socks:
                    sock.close()
                return None
            each = (settled(server.pid) - before) / count
            waits, seconds = exchange(socks, LINES // count if count < 5_000 else 1)
        finally:
            server.kill()
    percentiles = statistics.quantiles(waits, n=100)
    return {
        "rate": len(waits) / seconds,
        "p50": percentiles[49] * 1000,
        "p99": percentiles[98] * 1000,
        "memory": each,
    }


def middle(runs):
    """The median of each figure of several runs; None where one of them was given up."""
    if None in runs:
        return None
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def tell(line):
    print(line, flush=True)


def measure_all(counts=COUNTS):
    """Every design at every count, in an order that spreads a slow minute over all designs."""
    found = {design: {} for design in DESIGNS}
    for count in counts:
        runs = {design: [] for design in DESIGNS}
        for _ in range(RUNS if count <= 1_000 else 1):
            for design, its in runs.items():
                if None not in its:
                    its.append(measure(design, count))
        for design, its in runs.items():
            found[design][str(count)] = result = middle(its)
            tell(f"{design:22} {count:5} clients  {described(result)}")
    return found


def described(result):
    """One result as words."""
    if result is None:
        return "not all of them could connect"
    return (
        f"{result['rate']:8,.0f} lines/s  p50 {result['p50']:8.2f} ms  "
        f"p99 {result['p99']:8.2f} ms  {result['memory'] / 1024:7.1f} KiB a connection"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS, help="numbers of clients")
    parser.add_argument("--write", metavar="FILE", help="keep the results as JSON")
    parser.add_argument("--serve", choices=DESIGNS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if options.serve:
        DESIGNS[options.serve]()
        return
    found = measure_all(options.counts)
    if options.write:
        rounded = {
            design: {
                count: result and {name: round(value, 3) for name, value in result.items()}
                for count, result in results.items()
            }
            for design, results in found.items()
        }
        Path(options.write).write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
