"""Holds a listening socket and both ends of one connection, until Ctrl-C."""

import argparse
import contextlib
import socket
import time


def ends(connection):
    return f"{connection.getsockname()[1]} to {connection.getpeername()[1]}"


def hold(listener, port):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        # accept is called only here: whatever connect waited for, it was not this call.
        connection, _ = listener.accept()
        with connection:
            address, own_port = listener.getsockname()
            print(
                f"LISTENING {address} {own_port}\n"
                f"listening socket: port {own_port}\n"
                f"client's end:     port {ends(client)}\n"
                f"server's end:     port {ends(connection)}",
                flush=True,
            )
            while True:
                time.sleep(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with contextlib.suppress(KeyboardInterrupt):
        with socket.create_server(("127.0.0.1", port)) as listener:
            listener.settimeout(10)
            hold(listener, listener.getsockname()[1])
    print("STOPPED")


if __name__ == "__main__":
    main()
