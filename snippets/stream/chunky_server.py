"""Sends three messages, cut into pieces of the sizes that its client asks for."""

import argparse
import contextlib
import socket

MESSAGES = b"alpha\nbravo\ncharlie\n"


def serve(connection):
    connection.settimeout(30)
    rest = MESSAGES
    # One octet is one request: its value is the size of the next piece.
    while rest and (request := connection.recv(1)):
        size = request[0]
        connection.sendall(rest[:size])
        print("sendall", rest[:size], flush=True)
        rest = rest[size:]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with contextlib.suppress(KeyboardInterrupt):
        with socket.create_server(("127.0.0.1", port)) as listener:
            # On Windows, Ctrl-C is noticed only once a waiting call returns.
            listener.settimeout(1)
            print("LISTENING", *listener.getsockname(), flush=True)
            while True:
                # Neither a second without a client nor a client that leaves ends the server.
                with contextlib.suppress(TimeoutError, ConnectionError):
                    connection, _ = listener.accept()
                    with connection:
                        serve(connection)
    print("STOPPED")


if __name__ == "__main__":
    main()
