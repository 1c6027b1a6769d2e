# Wrong on purpose: it listens until its first client has come, and no longer.

import argparse
import contextlib
import socket

NAME_LIMIT = 1024


def greet(connection):
    connection.settimeout(10)
    with connection, connection.makefile("rb") as lines:
        line = lines.readline(NAME_LIMIT)
        # A client that leaves without a name gets no greeting.
        if line.endswith(b"\n"):
            connection.sendall(b"Hello, " + line.rstrip(b"\r\n") + b"!\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with contextlib.suppress(KeyboardInterrupt):
        with socket.create_server(("127.0.0.1", port)) as listener:
            listener.settimeout(30)
            print("LISTENING", *listener.getsockname(), flush=True)
            connection, _ = listener.accept()
        greet(connection)
    print("STOPPED")


if __name__ == "__main__":
    main()
