"""Answers each datagram with its own octets and the time, until Ctrl-C."""

import argparse
import contextlib
import socket
import time

LONGEST = 32


def serve(server):
    # On Windows, Ctrl-C is noticed only once a waiting call returns.
    server.settimeout(1)
    print("LISTENING", *server.getsockname(), flush=True)
    while True:
        # Windows reports here that a client, sent to earlier, has gone.
        with contextlib.suppress(TimeoutError, ConnectionError):
            request, client = server.recvfrom(LONGEST + 1)
            if len(request) <= LONGEST:
                server.sendto(request + f" {time.time():.6f}".encode(), client)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with contextlib.suppress(KeyboardInterrupt):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind(("127.0.0.1", port))
            serve(server)
    print("STOPPED")


if __name__ == "__main__":
    main()
