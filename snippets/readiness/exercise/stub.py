"""Exercise: an echo service in one thread that no client can stop.

Whatever a client sends is sent back to it, in the same order. A client that does not read is not
read from: what is held for it stays small, and the others notice nothing. A client that ends its
side still gets the rest of its echo, then the end of the connection. Ctrl-C ends the program at
once, clients or not.
"""

import argparse
import contextlib
import selectors
import socket


def accept(selector, listener):
    with contextlib.suppress(OSError):
        connection, _ = listener.accept()
        connection.setblocking(False)
        selector.register(connection, selectors.EVENT_READ)


def echo(selector, connection):
    # Here is your part. What if `send` takes only a part of the octets, or none?
    octets = connection.recv(16384)
    if octets:
        connection.send(octets)
    else:
        selector.unregister(connection)
        connection.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with contextlib.suppress(KeyboardInterrupt):
        with (
            socket.create_server(("127.0.0.1", port), backlog=512) as listener,
            selectors.DefaultSelector() as selector,
        ):
            listener.setblocking(False)
            selector.register(listener, selectors.EVENT_READ)
            print("LISTENING", *listener.getsockname(), flush=True)
            while True:
                # Not longer than a second: on Windows, Ctrl-C is noticed once a call returns.
                for key, _ in selector.select(timeout=1):
                    if key.fileobj is listener:
                        accept(selector, listener)
                    else:
                        echo(selector, key.fileobj)
    print("STOPPED")


if __name__ == "__main__":
    main()
