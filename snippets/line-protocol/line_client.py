"""Sends each of its arguments as a line, and prints the line that answers it."""

import argparse
import socket
import sys

# An answer may be longer than its line: upper case makes up to three octets of one.
ANSWER_LIMIT = 3 * 4096


def talk(port, texts):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        with connection.makefile("rb") as answers:
            for text in texts:
                connection.sendall(text.encode("utf-8") + b"\n")
                answer = answers.readline(ANSWER_LIMIT + 1)
                if not answer.endswith(b"\n"):
                    sys.exit("the connection ended, or a line was too long")
                # What a stranger sent is for people to read, and not for the terminal to obey.
                print(ascii(answer.decode("utf-8", errors="replace").rstrip("\n")))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", nargs="+", metavar="TEXT")
    parser.add_argument("--port", type=int, default=15000)
    options = parser.parse_args()
    if any("\n" in text or "\r" in text for text in options.texts):
        sys.exit("a line feed or CR inside a text would make two lines of it")
    try:
        talk(options.port, options.texts)
    except TimeoutError:
        sys.exit("nothing came for 10 seconds")
    except ConnectionError:
        sys.exit(f"no server at port {options.port}, or it cut the connection")


if __name__ == "__main__":
    main()
