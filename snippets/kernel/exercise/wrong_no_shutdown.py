# Wrong on purpose: the client learns that the answer has ended only when the server gives up.
"""Sends as many octets as the client asks for, and sees that they arrive."""

import argparse
import contextlib
import socket
import time

PATIENCE = 0.5


def finish(connection):
    """Take what the client still sends, until its end or our patience's."""
    end = time.monotonic() + PATIENCE
    with contextlib.suppress(TimeoutError):
        while (left := end - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(65536):
                break


def serve(connection):
    connection.settimeout(10)
    line = b""
    while not line.endswith(b"\n") and len(line) < 10:
        if not (octet := connection.recv(1)):
            return
        line += octet
    if line[:-1].isdigit():
        connection.sendall(b"x" * min(int(line), 2_000_000))
        finish(connection)


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
