"""Receives files into a folder, one for each connection, until Ctrl-C."""

import argparse
import contextlib
import hashlib
import json
import socket
import time
from pathlib import Path

import frames

SIZE_LIMIT = 100_000_000


class Refused(Exception):
    """The file is not taken; the text is for the sender."""


def contents_of(connection):
    buffer = frames.FrameBuffer()
    while octets := connection.recv(65536):
        yield from buffer.feed(octets)
    raise Refused("the stream ended before the file")


def receive(connection, folder):
    contents = contents_of(connection)
    announced = json.loads(next(contents))
    name, size = announced["name"], announced["size"]
    # A name is a name in this folder, and not a way out of it.
    if not isinstance(name, str) or not name.isprintable():
        raise Refused("that is no file name")
    if name in ("", ".", "..") or set(name) & set('/\\:\0"<>|?*') or len(name) > 60:
        raise Refused("that is no file name")
    if not isinstance(size, int) or not 0 <= size <= SIZE_LIMIT:
        raise Refused("too large")
    path, digest = folder / name, hashlib.sha256()
    try:
        file = path.open("xb")
    except FileExistsError:
        raise Refused("there is a file of that name") from None
    try:
        with file:
            while size > 0:
                content = next(contents)
                size -= len(content)
                digest.update(content)
                file.write(content)
            if size < 0 or next(contents) != digest.digest():
                raise Refused("the content does not match its checksum")
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return f"stored {name}"


def serve(connection, folder):
    connection.settimeout(10)
    try:
        answer = receive(connection, folder)
    except (ConnectionError, TimeoutError):
        raise
    except (Refused, ValueError, KeyError, TypeError, RecursionError, OSError) as error:
        answer = f"refused: {error}"
    print(ascii(answer), flush=True)
    connection.sendall(frames.encode(answer.encode("utf-8")))
    # Closing while octets are unread resets the connection, and the sender may lose the answer.
    connection.shutdown(socket.SHUT_WR)
    end = time.monotonic() + 2
    while (left := end - time.monotonic()) > 0:
        connection.settimeout(left)
        if not connection.recv(65536):
            break


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=15000)
    options = parser.parse_args()
    options.folder.mkdir(exist_ok=True)
    with contextlib.suppress(KeyboardInterrupt):
        with socket.create_server(("127.0.0.1", options.port)) as listener:
            # On Windows, Ctrl-C is noticed only once a waiting call returns.
            listener.settimeout(1)
            print("LISTENING", *listener.getsockname(), flush=True)
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    # Nobody came, or no descriptor is free.
                    time.sleep(0.1)
                    continue
                # Whatever the network does to one sender, the next one is served.
                with contextlib.suppress(OSError), connection:
                    serve(connection, options.folder)
    print("STOPPED")


if __name__ == "__main__":
    main()
