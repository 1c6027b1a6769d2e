"""Lets many clients ask at the same moment, and prints how long they waited for their answers."""

import argparse
import contextlib
import json
import socket
import statistics
import sys
import threading
import time
from pathlib import Path


def ask(port, start, waits):
    # All threads go on together, once the last one is here.
    start.wait()
    began = time.monotonic()
    # Who is refused, or waits longer than 10 seconds, is not counted as answered.
    with contextlib.suppress(OSError):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(b"hello\n")
            with connection.makefile("rb") as answers:
                if answers.readline(1024) == b"hello\n":
                    waits.append(time.monotonic() - began)


def swarm(port, count):
    """The waits of those that were answered, in milliseconds."""
    waits = []
    start = threading.Barrier(count)
    clients = [threading.Thread(target=ask, args=[port, start, waits]) for _ in range(count)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return [wait * 1000 for wait in waits]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clients", type=int, nargs="+", help="how many at once, each in its turn")
    parser.add_argument("--port", type=int, default=15000)
    parser.add_argument("--write", metavar="FILE", help="keep the waits as JSON")
    options = parser.parse_args()
    kept = {}
    for count in options.clients:
        waits = kept[count] = swarm(options.port, count)
        if not waits:
            sys.exit("nobody was answered")
        told = f"median {statistics.median(waits):.0f} ms, slowest {max(waits):.0f} ms"
        print(f"{count} clients: {len(waits)} answered, {told}", flush=True)
    if options.write:
        Path(options.write).write_text(json.dumps(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
