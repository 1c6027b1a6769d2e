"""A DNS server over UDP that knows a few names, forwards the others and remembers, until Ctrl-C."""

import argparse
import contextlib
import socket
import time


def now(options):
    """Seconds of TTL since some moment; the checker lets them pass faster."""
    return time.monotonic() / options.second


def respond(data, options):
    """The octets of the response to a datagram, or None for silence."""
    return data


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    parser.add_argument("--upstream", type=int, help="port of another server on this machine")
    parser.add_argument("--second", type=float, default=1.0, help="how long a second of TTL takes")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind(("127.0.0.1", options.port))
            # On Windows, Ctrl-C is noticed only once a waiting call returns.
            server.settimeout(1)
            print("LISTENING", *server.getsockname(), flush=True)
            while True:
                # Windows reports here that a client, sent to earlier, has gone.
                with contextlib.suppress(TimeoutError, ConnectionError):
                    data, client = server.recvfrom(65535)
                    response = respond(data, options)
                    if response is not None:
                        server.sendto(response, client)
    print("STOPPED")


if __name__ == "__main__":
    main()
