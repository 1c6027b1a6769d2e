"""Sends each of its arguments as a frame, and prints what comes back. `--hex` takes octets."""

import argparse
import socket
import sys

import frames


def talk(port, contents):
    buffer = frames.FrameBuffer()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for content in contents:
            connection.sendall(frames.encode(content))
            answers = []
            while not answers:
                octets = connection.recv(65536)
                if not octets:
                    sys.exit("the server ended the connection")
                answers = list(buffer.feed(octets))
            print(answers[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contents", nargs="+", metavar="CONTENT")
    parser.add_argument("--hex", action="store_true", help="the arguments are octets in base 16")
    parser.add_argument("--port", type=int, default=15000)
    options = parser.parse_args()
    try:
        encode = bytes.fromhex if options.hex else str.encode
        talk(options.port, map(encode, options.contents))
    except TimeoutError:
        sys.exit("nothing came for 10 seconds")
    except (ConnectionError, ValueError) as error:
        sys.exit(f"{type(error).__name__}: no conversation")


if __name__ == "__main__":
    main()
