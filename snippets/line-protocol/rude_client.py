"""Does to a line server what clients do: by accident, by age, or on purpose."""

import argparse
import socket
import sys

LINES = {
    "a plain line": b"hello\n",
    "CR and LF": b"hello\r\n",
    "half a line": b"hel",
    "an endless line": b"a" * 1_000_000,
    "not UTF-8": b"caf\xe9\n",
    "once more": b"hello\n",
}


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def ask(port, octets):
    """Send it, end our direction, and take all that comes back."""
    with connect(port) as connection, connection.makefile("rb") as answers:
        connection.sendall(octets)
        connection.shutdown(socket.SHUT_WR)
        return answers.read(4096)


def ask_beside_a_silent_client(port):
    with connect(port) as silent, connect(port) as connection:
        connection.sendall(b"hello\n")
        connection.settimeout(2)
        try:
            return connection.recv(4096)
        except TimeoutError:
            silent.close()
            connection.settimeout(10)
            return f"{connection.recv(4096)!r} once the silent one had left"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    try:
        print(f"{'beside a silent one':21}{ask_beside_a_silent_client(port)}")
    except ConnectionRefusedError:
        sys.exit(f"nothing listens on port {port}")
    for what, octets in LINES.items():
        try:
            answer = ask(port, octets)
        except ConnectionError:
            answer = "no server"
        print(f"{what:21}{answer}")


if __name__ == "__main__":
    main()
