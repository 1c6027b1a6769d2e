"""Exchanges one octet many times over TCP on the loopback and over a Unix socket."""

import argparse
import json
import socket
import statistics
import threading
import time
from pathlib import Path


def tcp():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
    for end in (client, server):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client, server


def unix():
    return socket.socketpair(socket.AF_UNIX)


def echo(connection):
    while octet := connection.recv(1):
        connection.sendall(octet)


def exchanges(pair, count):
    """Microseconds of each exchange."""
    client, server = pair
    waits = []
    with client, server:
        thread = threading.Thread(target=echo, args=[server])
        thread.start()
        for _ in range(count):
            begin = time.perf_counter()
            client.sendall(b"x")
            client.recv(1)
            waits.append(1e6 * (time.perf_counter() - begin))
        client.shutdown(socket.SHUT_WR)
        thread.join()
    return waits


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5_000)
    parser.add_argument("--write", metavar="FILE", help="keep the medians as JSON")
    options = parser.parse_args()
    kept = {}
    for name, pair in {"TCP on the loopback": tcp, "Unix socket": unix}.items():
        kept[name] = statistics.median(exchanges(pair(), options.count))
        print(f"{name:20} {kept[name]:.0f} microseconds an exchange")
    if options.write:
        Path(options.write).write_text(json.dumps(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
