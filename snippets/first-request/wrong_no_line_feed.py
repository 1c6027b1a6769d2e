# Wrong on purpose: its line has no end, so the server goes on waiting for the rest.

import argparse
import socket
import sys

REQUEST = "hello"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        connection.sendall(REQUEST.encode("utf-8"))
        print("sent", repr(REQUEST))
        try:
            print("received", connection.recv(1024))
        except TimeoutError:
            sys.exit("no answer within 2 seconds")


if __name__ == "__main__":
    main()
