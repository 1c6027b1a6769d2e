"""Answers one client, with every step of a TCP server on a line of its own."""

import argparse
import os
import socket

LIMIT = 1024


def receive_line(connection):
    received = b""
    # One recv gives what has come so far; only the line feed says that the line is whole.
    while b"\n" not in received and len(received) < LIMIT:
        piece = connection.recv(LIMIT - len(received))
        if not piece:
            break
        received += piece
    return received


def serve_one(port):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # On Windows the option means something else: it would let two servers share a port.
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        print("LISTENING", *listener.getsockname(), flush=True)
        connection, client = listener.accept()
        with connection:
            # Waiting for a client may take any time; waiting for its line may not.
            connection.settimeout(10)
            print("accepted a connection from port", client[1])
            print("received", receive_line(connection))
            answer = b"Hello, client!\n"
            connection.sendall(answer)
            print("sent", answer)
        print("closed the connection")
    print("closed the listening socket")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    serve_one(parser.parse_args().port)


if __name__ == "__main__":
    main()
