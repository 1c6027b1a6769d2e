"""Sends as many octets as the client asks for, and closes. They do not always arrive."""

import argparse
import contextlib
import socket


def serve(connection):
    connection.settimeout(10)
    line = b""
    while not line.endswith(b"\n") and len(line) < 10:
        if not (octet := connection.recv(1)):
            return
        line += octet
    if line[:-1].isdigit():
        connection.sendall(b"x" * min(int(line), 2_000_000))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with contextlib.suppress(KeyboardInterrupt):
        with socket.create_server(("127.0.0.1", port)) as listener:
            listener.settimeout(1)
            print("LISTENING", *listener.getsockname(), flush=True)
            while True:
                # A client that is slow, or has gone, ends its own connection and no other.
                with contextlib.suppress(OSError):
                    connection, _ = listener.accept()
                    with connection:
                        serve(connection)
    print("STOPPED")


if __name__ == "__main__":
    main()
