"""Answers a request and closes in the way that the request names, whatever else the client sent."""

import argparse
import contextlib
import socket
import struct
import sys
import time

ANSWER = b"x" * 199_996 + b"end\n"
PATIENCE = 2


def close(connection):
    """Nothing more: leaving the with block closes."""


def shutdown(connection):
    connection.shutdown(socket.SHUT_WR)


def linger(connection):
    # Let close wait for up to two seconds until the peer has acknowledged everything.
    layout = "hh" if sys.platform == "win32" else "ii"
    option = struct.pack(layout, 1, PATIENCE)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, option)


def drain(connection):
    connection.shutdown(socket.SHUT_WR)
    end = time.monotonic() + PATIENCE
    while (left := end - time.monotonic()) > 0:
        connection.settimeout(left)
        if not connection.recv(65536):
            break


WAYS = {way.__name__: way for way in (close, shutdown, linger, drain)}


def serve(connection):
    connection.settimeout(10)
    # The kernel is to take the whole answer at once, so that sendall does not wait for the client.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * len(ANSWER))
    # The first octets name the way. What the client sends behind them is not read.
    way = connection.recv(9).decode("ascii", errors="replace").strip()
    connection.sendall(ANSWER)
    WAYS.get(way, close)(connection)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with contextlib.suppress(KeyboardInterrupt):
        with socket.create_server(("127.0.0.1", port)) as listener:
            # On Windows, Ctrl-C is noticed only once a waiting call returns.
            listener.settimeout(1)
            print("LISTENING", *listener.getsockname(), flush=True)
            while True:
                with contextlib.suppress(OSError):
                    connection, _ = listener.accept()
                    with connection:
                        serve(connection)
    print("STOPPED")


if __name__ == "__main__":
    main()
