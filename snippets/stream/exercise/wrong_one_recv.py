# Wrong on purpose: it takes what one recv returns for a whole message.

import argparse
import contextlib
import re
import socket
import time
import zlib

HEADER_LIMIT = 1024
CONTENT_LIMIT = 16 * 1024 * 1024


class Refused(Exception):
    """The upload cannot be taken; the text is for the client."""


def receive_more(connection, buffer):
    data = connection.recv(65536)
    buffer += data
    return len(data) > 0


def recv_until(connection, buffer, delimiter, limit):
    if not buffer and not receive_more(connection, buffer):
        return None
    message, found, _ = buffer.partition(delimiter)
    if not found or len(message) > limit:
        raise Refused("header too long")
    del buffer[: len(message) + len(delimiter)]
    return bytes(message)


def recv_exactly(connection, buffer, count):
    if len(buffer) < count:
        if not receive_more(connection, buffer):
            raise Refused(f"incomplete: got {len(buffer)} of {count}")
    message = bytes(buffer[:count])
    del buffer[:count]
    return message


def answer(connection, buffer, header):
    match = re.fullmatch(rb"PUT ([0-9]+)", header)
    if match is None:
        raise Refused("bad header")
    if int(match[1]) > CONTENT_LIMIT:
        raise Refused("too large")
    content = recv_exactly(connection, buffer, int(match[1]))
    connection.sendall(f"OK {len(content)} {zlib.crc32(content):08x}\n".encode())


def drain(connection, seconds=2):
    # Closing while octets are unread resets the connection, and the client may lose the answer.
    end = time.monotonic() + seconds
    # The client may have gone.
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        while (left := end - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(65536):
                break


def serve(connection):
    connection.settimeout(30)
    buffer = bytearray()
    try:
        while (header := recv_until(connection, buffer, b"\n", HEADER_LIMIT)) is not None:
            answer(connection, buffer, header)
    except Refused as reason:
        connection.sendall(f"ERROR {reason}\n".encode())
        drain(connection)


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
