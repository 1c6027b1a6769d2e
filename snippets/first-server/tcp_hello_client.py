"""Connects to the hello server, sends one line and prints the answer."""

import argparse
import socket
import sys

LIMIT = 1024


def greet(port):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
        connection.settimeout(10)
        connection.connect(("127.0.0.1", port))
        print("connected from port", connection.getsockname()[1])
        connection.sendall(b"Hello, server!\n")
        answer = b""
        # An empty result says that the server has closed: the answer is whole.
        while len(answer) < LIMIT and (piece := connection.recv(LIMIT)):
            answer += piece
        print("received", answer)
    print("closed the connection")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    try:
        greet(port)
    except ConnectionRefusedError:
        sys.exit(f"refused: nothing listens on port {port}")
    except TimeoutError:
        sys.exit("nothing came for 10 seconds")
    except ConnectionError:
        sys.exit("the server ended the connection without an answer")


if __name__ == "__main__":
    main()
