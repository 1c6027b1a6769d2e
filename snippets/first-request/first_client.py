"""Sends one line to the server and prints what comes back."""

import argparse
import socket
import sys

REQUEST = "hello\n"


def ask(port):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(REQUEST.encode("utf-8"))
        print("sent", repr(REQUEST))
        with connection.makefile("rb") as answers:
            # Until the server ends the connection, but no more than a line should need.
            return answers.read(1024)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    try:
        print("received", ask(port))
    except ConnectionRefusedError:
        sys.exit(f"refused: nothing listens on port {port}")
    except TimeoutError:
        sys.exit("nothing came for 10 seconds")
    except ConnectionError:
        sys.exit("the connection was cut off")


if __name__ == "__main__":
    main()
