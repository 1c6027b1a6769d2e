"""Connects clients that say nothing, and asks as one more."""

import argparse
import contextlib
import socket


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("silent", type=int, help="how many clients say nothing")
    parser.add_argument("--port", type=int, default=15000)
    options = parser.parse_args()
    address = ("127.0.0.1", options.port)
    with contextlib.ExitStack() as stack:
        # A block of its own, so that the silent ones can leave first.
        silent = stack.enter_context(contextlib.ExitStack())
        for _ in range(options.silent):
            silent.enter_context(socket.create_connection(address, timeout=10))
        client = stack.enter_context(socket.create_connection(address, timeout=2))
        client.sendall(b"hello\n")
        try:
            print("answered:", client.recv(1024))
        except TimeoutError:
            print("no answer within 2 seconds")
            silent.close()
            client.settimeout(10)
            print("answered once the silent ones had left:", client.recv(1024))


if __name__ == "__main__":
    main()
