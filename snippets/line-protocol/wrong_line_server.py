# Wrong on purpose: it takes every client for a friend. It works as long as they all are.

import argparse
import contextlib
import socket
import sys


def serve(connection):
    buffer = b""
    while data := connection.recv(4096):
        buffer += data
        while b"\n" in buffer:
            line, buffer = buffer.split(b"\n", 1)
            text = line.decode("utf-8")
            print("line", repr(text), flush=True)
            connection.sendall(text.upper().encode("utf-8") + b"\n")
    if buffer:
        print("thrown away:", len(buffer), "octets", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with contextlib.suppress(KeyboardInterrupt):
        with socket.create_server(("127.0.0.1", port)) as listener:
            print("LISTENING", *listener.getsockname(), flush=True)
            while True:
                connection, _ = listener.accept()
                with connection:
                    serve(connection)
    print("STOPPED")


if __name__ == "__main__":
    try:
        main()
    except UnicodeDecodeError as error:
        sys.exit(f"ended by {type(error).__name__}: {error}")
