"""Connects to a server that may not be there yet: tries again, with growing pauses."""

import argparse
import socket
import sys
import time


def connect(port, seconds):
    end = time.monotonic() + seconds
    pause = 0.05
    tries = 1
    while True:
        try:
            left = max(0.01, end - time.monotonic())
            return socket.create_connection(("127.0.0.1", port), timeout=left), tries
        except ConnectionRefusedError:
            # Nothing was sent, so nothing can happen twice. Any other failure is not tried again.
            if time.monotonic() + pause > end:
                raise
        time.sleep(pause)
        tries += 1
        pause = min(2 * pause, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    parser.add_argument("--within", type=float, default=2, help="seconds")
    options = parser.parse_args()
    try:
        connection, tries = connect(options.port, options.within)
    except OSError as error:
        sys.exit(f"no connection within {options.within:g} s: {type(error).__name__}")
    with connection:
        print("connected at try", tries)


if __name__ == "__main__":
    main()
