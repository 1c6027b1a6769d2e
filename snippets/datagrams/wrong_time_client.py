# Wrong on purpose: whatever arrives is taken for the answer to the last question.
"""Asks for the time; where no answer comes, asks again."""

import argparse
import socket
import sys
import time

TRIES = 4
WAIT = 0.2


def ask(client):
    for number in range(1, TRIES + 1):
        client.send(b"time?")
        try:
            return number, float(client.recv(1024).split()[1])
        except (TimeoutError, ConnectionError):
            continue
    sys.exit(f"no answer to {TRIES} tries")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    options = parser.parse_args()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", options.port))
        client.settimeout(WAIT)
        for question in range(1, 4):
            time.sleep(0.4 if question > 1 else 0)
            asked = time.time()
            number, made = ask(client)
            took = time.time() - asked
            order = "after" if made >= asked else "BEFORE"
            print(f"question {question}: try {number}, answer after {took:.2f} s,", end=" ")
            print(f"made {abs(made - asked):.2f} s {order} the question", flush=True)


if __name__ == "__main__":
    main()
