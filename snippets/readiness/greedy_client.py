"""Sends and never reads until it can send no more; then asks once, as another client."""

import argparse
import socket


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    address = ("127.0.0.1", parser.parse_args().port)
    with socket.create_connection(address, timeout=1) as greedy:
        sent = 0
        try:
            while sent < 100_000_000:
                sent += greedy.send(bytes(65536))
        except TimeoutError:
            print("stopped after", sent, "octets")
        with socket.create_connection(address, timeout=2) as client:
            client.sendall(b"hello")
            try:
                print("another client is answered:", client.recv(1024))
            except TimeoutError:
                print("another client waits 2 seconds for nothing")


if __name__ == "__main__":
    main()
