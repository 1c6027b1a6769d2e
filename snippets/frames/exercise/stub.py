"""Exercise: a second version of a protocol that old clients still speak.

An old frame is 4 octets of length (at most 65,536, in network byte order) and the content; the
server answers with the same frame. This stub does that. A new frame has a header of 10 octets:

    version    1 octet, 1: no old frame begins with it, because no length is that large
    type       1 octet: 1 echo, 2 reverse, 255 error
    length     4 octets, of the content, at most 65,536
    checksum   4 octets: the CRC-32 of the six octets before it and the content

Answer a new frame with a new frame of the same type. Errors are frames of type 255 with a text:
`unknown type` (and the conversation goes on), `bad checksum` and `too long` (and then the
connection ends). Another version, or an old frame that is too long, ends the connection at once.
"""

import argparse
import contextlib
import socket
import struct
import threading
import time

CONTENT_LIMIT = 65536
HEADER = struct.Struct("!BBII")


def exactly(stream, count):
    octets = stream.read(count)
    if len(octets) < count:
        raise EOFError
    return octets


def answer(stream):
    # Here is your part: the first octet tells which kind of frame this is.
    length = int.from_bytes(exactly(stream, 4), "big")
    if length > CONTENT_LIMIT:
        raise EOFError
    return length.to_bytes(4, "big") + exactly(stream, length)


def serve(connection):
    connection.settimeout(60)
    with contextlib.suppress(OSError, EOFError), connection, connection.makefile("rb") as stream:
        while True:
            connection.sendall(answer(stream))


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
