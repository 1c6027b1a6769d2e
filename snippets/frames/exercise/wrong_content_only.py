# Wrong on purpose: its checksum covers the content and not the header.

import argparse
import contextlib
import socket
import struct
import threading
import time
import zlib

CONTENT_LIMIT = 65536
HEADER = struct.Struct("!BBII")
VERSION, ECHO, REVERSE, ERROR = 1, 1, 2, 255


class Refused(Exception):
    """The frame cannot be answered and nothing after it can be framed; the text is for the peer."""


def exactly(stream, count):
    octets = stream.read(count)
    if len(octets) < count:
        raise EOFError
    return octets


def checksum_of(kind, content):
    return zlib.crc32(content)


def frame(kind, content):
    return HEADER.pack(VERSION, kind, len(content), checksum_of(kind, content)) + content


def answer_old(stream, first):
    length = int.from_bytes(first + exactly(stream, 3), "big")
    if length > CONTENT_LIMIT:
        raise EOFError
    return length.to_bytes(4, "big") + exactly(stream, length)


def answer_new(stream, first):
    _, kind, length, checksum = HEADER.unpack(first + exactly(stream, HEADER.size - 1))
    if length > CONTENT_LIMIT:
        raise Refused("too long")
    content = exactly(stream, length)
    # The length may be what is wrong, so nobody knows where the next frame begins.
    if checksum != checksum_of(kind, content):
        raise Refused("bad checksum")
    if kind == ECHO:
        return frame(kind, content)
    if kind == REVERSE:
        return frame(kind, content[::-1])
    return frame(ERROR, b"unknown type")


def answer(stream):
    first = exactly(stream, 1)
    if first == b"\0":
        return answer_old(stream, first)
    if first == bytes([VERSION]):
        return answer_new(stream, first)
    raise EOFError


def refuse(connection, reason):
    connection.sendall(frame(ERROR, str(reason).encode("utf-8")))
    # Closing while octets are unread resets the connection, and the peer may lose the reason.
    connection.shutdown(socket.SHUT_WR)
    end = time.monotonic() + 2
    while (left := end - time.monotonic()) > 0:
        connection.settimeout(left)
        if not connection.recv(65536):
            break


def serve(connection):
    connection.settimeout(60)
    with contextlib.suppress(OSError, EOFError), connection, connection.makefile("rb") as stream:
        try:
            while True:
                connection.sendall(answer(stream))
        except Refused as reason:
            refuse(connection, reason)


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
