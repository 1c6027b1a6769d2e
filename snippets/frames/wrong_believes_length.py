# Wrong on purpose: it believes whatever length it is told, and waits for that many octets.

import argparse
import contextlib
import socket
import struct


def recv_exactly(connection, count):
    received = bytearray()
    while len(received) < count:
        piece = connection.recv(count - len(received))
        if not piece:
            raise EOFError(f"{len(received)} of {count} octets")
        received += piece
    return bytes(received)


def serve(connection):
    connection.settimeout(10)
    while True:
        (length,) = struct.unpack("!I", recv_exactly(connection, 4))
        print("waiting for", length, "octets", flush=True)
        content = recv_exactly(connection, length)
        connection.sendall(struct.pack("!I", length) + content[::-1])


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
                with contextlib.suppress(TimeoutError, ConnectionError, EOFError):
                    connection, _ = listener.accept()
                    with connection:
                        serve(connection)
    print("STOPPED")


if __name__ == "__main__":
    main()
