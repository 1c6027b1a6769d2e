"""Sends a file in frames: its name and size, the content in pieces, then its SHA-256."""

import argparse
import hashlib
import json
import socket
import sys
from pathlib import Path

import frames


def send(connection, path, name):
    digest = hashlib.sha256()
    with path.open("rb") as file:
        announced = {"name": name, "size": path.stat().st_size}
        connection.sendall(frames.encode(json.dumps(announced).encode("utf-8")))
        while content := file.read(frames.CONTENT_LIMIT):
            digest.update(content)
            connection.sendall(frames.encode(content))
    connection.sendall(frames.encode(digest.digest()))


def answer_of(connection):
    buffer = frames.FrameBuffer()
    while octets := connection.recv(65536):
        for content in buffer.feed(octets):
            return content.decode("utf-8", errors="replace")
    return "no answer"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--name", help="how the receiver is to call it")
    parser.add_argument("--port", type=int, default=15000)
    options = parser.parse_args()
    try:
        with socket.create_connection(("127.0.0.1", options.port), timeout=10) as connection:
            send(connection, options.path, options.name or options.path.name)
            answer = answer_of(connection)
    except (OSError, ValueError) as error:
        sys.exit(f"not sent: {type(error).__name__}")
    print(ascii(answer))
    sys.exit(not answer.startswith("stored"))


if __name__ == "__main__":
    main()
