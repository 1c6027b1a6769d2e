# Wrong on purpose: it has a timeout of 1 second, and takes that for a bound of the whole.

import argparse
import socket
import time


def fetch_line(port, request):
    with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(request.encode("ascii") + b"\n")
        line = b""
        while not line.endswith(b"\n"):
            piece = connection.recv(4096)
            if not piece:
                break
            line += piece
        return line.decode("utf-8")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("requests", nargs="+", metavar="BEHAVIOR")
    parser.add_argument("--port", type=int, default=15000)
    options = parser.parse_args()
    for request in options.requests:
        began = time.monotonic()
        try:
            line = fetch_line(options.port, request)
            told = f"{line!r}" if len(line) <= 20 else f"{len(line)} characters"
        except (OSError, ValueError) as error:
            told = type(error).__name__
        print(f"{request:8} {time.monotonic() - began:4.1f} s  {told}", flush=True)


if __name__ == "__main__":
    main()
