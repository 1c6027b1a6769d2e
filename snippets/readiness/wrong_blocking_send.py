# Wrong on purpose: it asks who is ready to receive, and then waits in `sendall`.

import argparse
import contextlib
import selectors
import socket


def serve(listener, selector):
    selector.register(listener, selectors.EVENT_READ)
    while True:
        # Not longer than a second: on Windows, Ctrl-C is noticed only once a call returns.
        for key, _ in selector.select(timeout=1):
            if key.fileobj is listener:
                with contextlib.suppress(OSError):
                    connection, _ = listener.accept()
                    connection.settimeout(10)
                    selector.register(connection, selectors.EVENT_READ)
                continue
            try:
                octets = key.fileobj.recv(16384)
                key.fileobj.sendall(octets)
            except OSError:
                octets = b""
            if not octets:
                selector.unregister(key.fileobj)
                key.fileobj.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with contextlib.suppress(KeyboardInterrupt):
        with (
            socket.create_server(("127.0.0.1", port)) as listener,
            selectors.DefaultSelector() as selector,
        ):
            print("LISTENING", *listener.getsockname(), flush=True)
            serve(listener, selector)
    print("STOPPED")


if __name__ == "__main__":
    main()
