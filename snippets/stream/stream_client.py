"""Asks the server for pieces of given sizes, and shows what each recv returns."""

import argparse
import socket
import sys


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=15000)
    parser.add_argument("--pieces", type=int, nargs="+", default=[2, 7, 11], help="1 to 255")
    parser.add_argument("--size", type=int, default=1024, help="octets to ask recv for")
    options = parser.parse_args()
    try:
        connection = socket.create_connection(("127.0.0.1", options.port), timeout=5)
    except ConnectionRefusedError:
        sys.exit(f"nothing listens on port {options.port}")
    with connection:
        for piece in options.pieces:
            connection.sendall(bytes([piece]))
            missing = piece
            # Only because the next request waits for the whole piece are the pieces kept apart.
            while missing > 0:
                data = connection.recv(options.size)
                if not data:
                    print(f"the stream ended; {missing} octets of the piece are missing")
                    return
                print(f"recv({options.size})", data)
                missing -= len(data)


if __name__ == "__main__":
    main()
