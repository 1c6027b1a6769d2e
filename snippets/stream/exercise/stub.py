"""Exercise: take uploads over a stream.

A client sends `PUT <length>`, a line feed and then exactly <length> octets. Answer
`OK <length> <crc32>` and a line feed, the CRC-32 as 8 lowercase hexadecimal digits. Any number of
uploads may follow each other on one connection; it ends when the client ends it. What cannot be
taken is answered by one of these lines, and then the connection ends:

    ERROR bad header              not `PUT`, one space and decimal digits
    ERROR header too long         more than 1,024 octets before the line feed
    ERROR too large               a length over 16,777,216; do not wait for the content
    ERROR incomplete: got 3 of 10
"""

import argparse
import contextlib
import socket

HEADER_LIMIT = 1024
CONTENT_LIMIT = 16 * 1024 * 1024


def recv_until(connection, delimiter, limit):
    # Here is your part. One recv is not one message: it may give a piece of it, or what comes
    # behind it as well, which must not get lost. b"" means that the client has ended.
    # Write a second function beside this one: recv_exactly(connection, count).
    return connection.recv(limit)


def serve(connection):
    connection.settimeout(30)
    header = recv_until(connection, b"\n", HEADER_LIMIT)
    # And here: what the header says, the content, the answer (zlib.crc32), the next upload.
    print("received", header, flush=True)


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
