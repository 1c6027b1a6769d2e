"""Sends more than the server reads, reads the answer a little later, and says how it ended."""

import argparse
import socket
import time

EXPECTED = 200_000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", help="how the server is to close: close, shutdown, linger, drain")
    parser.add_argument("more", type=int, help="octets to send behind the request")
    parser.add_argument("--port", type=int, default=15000)
    arguments = parser.parse_args()
    address = ("127.0.0.1", arguments.port)
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(f"{arguments.way:8}\n".encode() + bytes(arguments.more))
        time.sleep(0.3)  # The server has answered and closed, or is about to.
        answer = bytearray()
        try:
            while piece := connection.recv(65536):
                answer += piece
            ending = "the end of the stream"
        except ConnectionResetError:
            ending = "a reset"
    print(f"{len(answer):,} of {EXPECTED:,} octets, then {ending}")


if __name__ == "__main__":
    main()
