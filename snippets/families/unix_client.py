"""Sends a line to a Unix socket and prints the answer."""

import argparse
import socket
import sys


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path")
    parser.add_argument("text")
    options = parser.parse_args()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(options.path)
        except OSError as error:
            sys.exit(f"{options.path}: {error.strerror or error}")
        connection.sendall(options.text.encode() + b"\n")
        with connection.makefile("rb") as lines:
            print(ascii(lines.readline(1024).decode("utf-8", "replace")))


if __name__ == "__main__":
    main()
