# Wrong on purpose: an address that does not answer is waited out before the next is tried.
"""Connects to the first of several addresses that answers, one after the other."""

import argparse
import socket
import sys
import time

from happy_client import place


def connected(places, timeout):
    for where in places:
        try:
            return socket.create_connection(where, timeout)
        except OSError as error:
            print(f"{where[0]} port {where[1]}: {type(error).__name__}", flush=True)
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("places", nargs="+", type=place, metavar="HOST:PORT")
    parser.add_argument("--timeout", type=float, default=5, help="seconds for each of them")
    options = parser.parse_args()
    begin = time.monotonic()
    connection = connected(options.places, options.timeout)
    if connection is None:
        sys.exit("nobody answered")
    with connection:
        print(f"connected to {connection.getpeername()[0]} after {time.monotonic() - begin:.2f} s")


if __name__ == "__main__":
    main()
