"""A root, a top level domain and two zones: four name servers of a small internet, until Ctrl-C.

The server with the address 192.0.2.1 is at the port that is printed, 192.0.2.2 at the next one,
and so on.
"""

import argparse
import contextlib
import pathlib
import selectors
import socket
import time

from zone_server import read_zone, respond

ROOT = """
.             86400 SOA a.root.test. lab.test. 1 3600 900 604800 300
.             86400 NS  a.root.test.
a.root.test.  86400 A   192.0.2.1
test.         86400 NS  ns.nic.test.
ns.nic.test.  86400 A   192.0.2.2
"""
TEST = """
test.             3600 SOA ns.nic.test. lab.test. 1 3600 900 604800 300
test.             3600 NS  ns.nic.test.
ns.nic.test.      3600 A   192.0.2.2
bakery.test.      3600 NS  ns1.bakery.test.
ns1.bakery.test.  3600 A   192.0.2.3
ovens.test.       3600 NS  ns2.bakery.test.
"""
OVENS = """
ovens.test.        3600 SOA ns2.bakery.test. smith.ovens.test. 1 3600 900 604800 60
ovens.test.        3600 NS  ns2.bakery.test.
front.ovens.test.  300  A   192.0.2.90
"""


def bind(port):
    """Four sockets with ports in a row; where the system may choose, the first is its choice."""
    while True:
        sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(4)]
        try:
            sockets[0].bind(("127.0.0.1", port))
            for place in range(1, 4):
                sockets[place].bind(("127.0.0.1", sockets[0].getsockname()[1] + place))
            return sockets
        except (OSError, OverflowError):
            for each in sockets:
                each.close()
            if port:
                raise


def serve(sockets, zones, delay):
    with selectors.DefaultSelector() as selector:
        for server, zone in zip(sockets, zones, strict=True):
            selector.register(server, selectors.EVENT_READ, zone)
        while True:
            # On Windows, Ctrl-C is noticed only once a waiting call returns.
            for key, _ in selector.select(1):
                with contextlib.suppress(OSError):
                    data, client = key.fileobj.recvfrom(65535)
                    response = respond(key.data, data, 512)
                    time.sleep(delay)  # The way to a server takes time, this one does not.
                    if response:
                        key.fileobj.sendto(response, client)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    parser.add_argument("--delay", type=float, default=0.02, help="seconds before each response")
    options = parser.parse_args()
    bakery = pathlib.Path("bakery.zone").read_text(encoding="ascii")
    zones = [read_zone(text) for text in (ROOT, TEST, bakery, OVENS)]
    with contextlib.suppress(KeyboardInterrupt), contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(each) for each in bind(options.port)]
        print("LISTENING", *sockets[0].getsockname(), flush=True)
        serve(sockets, zones, options.delay)
    print("STOPPED")


if __name__ == "__main__":
    main()
