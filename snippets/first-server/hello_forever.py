"""Greets one client after the other until Ctrl-C."""

import argparse
import contextlib
import errno
import itertools
import socket
import sys


def answer(connection, number):
    connection.settimeout(10)
    with connection, connection.makefile("rb") as lines:
        print(f"client {number}:", lines.readline(1024), flush=True)
        connection.sendall(f"Hello, client {number}!\n".encode())


def serve(listener):
    # On Windows, Ctrl-C is noticed only once a waiting call returns.
    listener.settimeout(1)
    print("LISTENING", *listener.getsockname(), flush=True)
    for number in itertools.count(1):
        connection = None
        while connection is None:
            with contextlib.suppress(TimeoutError, ConnectionError):
                connection, _ = listener.accept()
        # A client that is silent for 10 seconds or leaves early must not end the server.
        with contextlib.suppress(TimeoutError, ConnectionError):
            answer(connection, number)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    try:
        with contextlib.suppress(KeyboardInterrupt):
            with socket.create_server(("127.0.0.1", port)) as listener:
                serve(listener)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        sys.exit(f"port {port} is in use")
    print("STOPPED")


if __name__ == "__main__":
    main()
