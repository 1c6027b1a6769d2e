"""Exercise: a client that fetches a line and keeps its deadline.

Connect to 127.0.0.1 at the port, receive one line and print `line ` and its text. Everything
together may take 1 second. Where there is no line, print one of these and end with exit code 1:

    error refused      nobody listens at the port
    error timeout      the line was not complete after a second
    error ended        the stream ended before the line did
    error reset        the connection was cut off
    error too long     more than 1,024 octets before the line feed
    error not UTF-8
"""

import argparse
import socket

DEADLINE = 1
LINE_LIMIT = 1024


def fetch_line(port):
    # Here is your part. This takes one piece for a line, and waits as long as the server likes.
    with socket.create_connection(("127.0.0.1", port)) as connection:
        return connection.recv(LINE_LIMIT).decode("utf-8")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    print("line", fetch_line(port))


if __name__ == "__main__":
    main()
