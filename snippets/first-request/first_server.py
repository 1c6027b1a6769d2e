"""Answers the first line of each client with one line of its own, until Ctrl-C."""

import argparse
import contextlib
import socket

REPLY = "Hello from the server!\n"


def answer(connection):
    connection.settimeout(10)
    with connection, connection.makefile("rb") as requests:
        line = requests.readline(1024)
        print("received", line, flush=True)
        if line.endswith(b"\n"):
            connection.sendall(REPLY.encode("utf-8"))


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
                # Neither a second without a client nor a client that leaves ends the server.
                with contextlib.suppress(TimeoutError, ConnectionError):
                    connection, _ = listener.accept()
                    answer(connection)
    print("STOPPED")


if __name__ == "__main__":
    main()
