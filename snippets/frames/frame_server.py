"""Answers each frame with its content in reverse, until Ctrl-C."""

import argparse
import contextlib
import socket
import threading
import time

import frames

IDLE_TIME = 60


def serve(connection):
    connection.settimeout(IDLE_TIME)
    buffer = frames.FrameBuffer()
    with contextlib.suppress(OSError), connection:
        try:
            while octets := connection.recv(65536):
                for content in buffer.feed(octets):
                    connection.sendall(frames.encode(content[::-1]))
            buffer.end()
        except (frames.FrameTooLong, EOFError) as error:
            print("refused:", error, flush=True)


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
