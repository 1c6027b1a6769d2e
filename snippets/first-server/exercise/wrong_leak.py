# Wrong on purpose: each client leaves an open socket behind.

import argparse
import contextlib
import socket

NAME_LIMIT = 1024
opened = []


def greet(connection):
    connection.settimeout(10)
    opened.append(connection)
    with connection.makefile("rb") as lines:
        line = lines.readline(NAME_LIMIT)
        # A client that leaves without a name gets no greeting.
        if line.endswith(b"\n"):
            connection.sendall(b"Hello, " + line.rstrip(b"\r\n") + b"!\n")
    connection.shutdown(socket.SHUT_WR)


def main():
    parser = argparse.ArgumentParser()
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
                    greet(connection)
    print("STOPPED")


if __name__ == "__main__":
    main()
