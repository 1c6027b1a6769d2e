"""Reads 10,000 octets, pauses, reads again, for a second; then it leaves."""

import argparse
import socket
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pause", type=float, default=0.01, help="seconds between two reads")
    parser.add_argument("--seconds", type=float, default=1.0, help="until it leaves")
    parser.add_argument("--port", type=int, default=15000)
    options = parser.parse_args()
    read = 0
    with socket.create_connection(("127.0.0.1", options.port), timeout=10) as connection:
        began = time.monotonic()
        try:
            while (seconds := time.monotonic() - began) < options.seconds:
                octets = connection.recv(10_000)
                if not octets:
                    print("the server ended the connection")
                    break
                read += len(octets)
                time.sleep(options.pause)
        except ConnectionError:
            print("the connection was cut off")
    print(f"{read} octets in {seconds:.1f} s")


if __name__ == "__main__":
    main()
