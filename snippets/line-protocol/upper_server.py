"""Answers each line with the same text in upper case, for many clients at once, until Ctrl-C."""

import argparse
import contextlib
import socket
import threading
import time

from linebuffer import LineBuffer

IDLE_TIME = 60


def reply(event):
    kind, text = event
    return (text.upper() if kind == "line" else f"ERROR {text}").encode("utf-8") + b"\n"


def serve(connection):
    connection.settimeout(IDLE_TIME)
    buffer = LineBuffer()
    # A client that leaves, is silent or never reads ends its own thread alone.
    with contextlib.suppress(TimeoutError, ConnectionError), connection:
        while octets := connection.recv(4096):
            connection.sendall(b"".join(map(reply, buffer.feed(octets))))
        connection.sendall(b"".join(map(reply, buffer.end())))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with contextlib.suppress(KeyboardInterrupt):
        with socket.create_server(("127.0.0.1", port)) as listener:
            # On Windows, Ctrl-C is noticed only once a waiting call returns.
            listener.settimeout(1)
            print("LISTENING", *listener.getsockname(), flush=True)
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    # Nobody came, or no descriptor is free: those that are here go on.
                    time.sleep(0.1)
                    continue
                threading.Thread(target=serve, args=[connection], daemon=True).start()
    print("STOPPED")


if __name__ == "__main__":
    main()
