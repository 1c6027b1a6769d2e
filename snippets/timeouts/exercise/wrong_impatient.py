# Wrong on purpose: it gives up after a third of a second without an octet.

import argparse
import socket
import sys
import time

DEADLINE = 1
LINE_LIMIT = 1024


class Problem(Exception):
    """There is no line; the text says why."""


def left(end):
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def fetch_line(port):
    end = time.monotonic() + DEADLINE
    buffer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=left(end)) as connection:
        while b"\n" not in buffer and len(buffer) <= LINE_LIMIT:
            connection.settimeout(0.3)
            piece = connection.recv(4096)
            if not piece:
                raise Problem("ended")
            buffer += piece
    line, found, _ = buffer.partition(b"\n")
    if not found or len(line) > LINE_LIMIT:
        raise Problem("too long")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem("not UTF-8") from None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    try:
        print("line", fetch_line(port))
    except ConnectionRefusedError:
        sys.exit(say("refused"))
    except TimeoutError:
        sys.exit(say("timeout"))
    except ConnectionError:
        sys.exit(say("reset"))
    except Problem as problem:
        sys.exit(say(problem))


def say(problem):
    print("error", problem)
    return 1


if __name__ == "__main__":
    main()
