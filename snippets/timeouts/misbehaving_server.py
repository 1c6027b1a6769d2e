"""Misbehaves as its client asks: a client sends the name of a behavior, as a line."""

import argparse
import contextlib
import socket
import struct
import sys
import threading
import time

LINE = b"a line of 20 octets\n"


def good(connection):
    connection.sendall(LINE)


def late(connection):
    time.sleep(0.5)
    connection.sendall(LINE)


def silent(connection):
    # Until the client has had enough.
    connection.recv(1)


def drip(connection):
    for octet in LINE:
        time.sleep(0.2)
        connection.sendall(bytes([octet]))


def half(connection):
    connection.sendall(LINE[:10])


def reset(connection):
    connection.sendall(LINE[:10])
    # Closing with a linger time of 0 seconds sends a reset instead of an end.
    layout = "hh" if sys.platform == "win32" else "ii"
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(layout, 1, 0))


def endless(connection):
    for _ in range(100):
        connection.sendall(b"a" * 10_000)


def garbage(connection):
    connection.sendall(b"\xff\xfe\x00\n")


BEHAVIORS = {f.__name__: f for f in (good, late, silent, drip, half, reset, endless, garbage)}


def serve(connection):
    with contextlib.suppress(TimeoutError, ConnectionError), connection:
        connection.settimeout(10)
        with connection.makefile("rb") as lines:
            name = lines.readline(100).decode("ascii", errors="replace").strip()
            BEHAVIORS.get(name, silent)(connection)


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
                try:
                    connection, _ = listener.accept()
                except OSError:
                    # Nobody came, or no descriptor is free: those that are here go on.
                    time.sleep(0.1)
                    continue
                threading.Thread(target=serve, args=[connection], daemon=True).start()
    print("STOPPED")


if __name__ == "__main__":
    main()
