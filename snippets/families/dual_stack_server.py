"""Greets clients of both families: with a socket for each, or with one for both."""

import argparse
import contextlib
import selectors
import socket


def for_each(port):
    """A socket for each family, both on the loopback and on the same port."""
    four = socket.create_server(("127.0.0.1", port))
    port = four.getsockname()[1]
    return four, socket.create_server(("::1", port), family=socket.AF_INET6)


def for_both(port):
    """One socket at every address of the machine, which also takes IPv4."""
    return (socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True),)


def greet(listener):
    # The client may leave at any time, also before it is accepted.
    with contextlib.suppress(OSError):
        connection, address = listener.accept()
        with connection:
            connection.settimeout(5)
            print("client at", address[0], flush=True)
            connection.sendall(f"Hello, {address[0]}!\n".encode())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    parser.add_argument("--one", action="store_true", help="one socket for both families")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt), contextlib.ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for listener in (for_both if options.one else for_each)(options.port):
            stack.enter_context(listener)
            listener.setblocking(False)
            selector.register(listener, selectors.EVENT_READ)
            print("LISTENING", *listener.getsockname()[:2], flush=True)
        while True:
            # On Windows, Ctrl-C is noticed only once a waiting call returns.
            for key, _ in selector.select(1):
                greet(key.fileobj)
    print("STOPPED")


if __name__ == "__main__":
    main()
