"""Asks for the time, asks again, and takes nothing but an answer to this question."""

import argparse
import secrets
import socket
import sys
import time

TRIES = 4
WAIT = 0.2


def ask(client):
    """The try that was answered, the answer, and how many datagrams were no answer."""
    request = secrets.token_hex(8).encode()
    wait, ignored = WAIT, 0
    for number in range(1, TRIES + 1):
        end = time.monotonic() + wait
        try:
            client.send(request)
            while (left := end - time.monotonic()) > 0:
                client.settimeout(left)
                echoed, _, made = client.recv(1024).partition(b" ")
                if echoed == request:
                    return number, float(made), ignored
                ignored += 1
        except TimeoutError:
            pass
        except ConnectionError:  # nobody is there; perhaps somebody is at the next try
            time.sleep(max(0, end - time.monotonic()))
        wait *= 2
    sys.exit(f"no answer to {TRIES} tries")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    options = parser.parse_args()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", options.port))
        for question in range(1, 4):
            time.sleep(0.4 if question > 1 else 0)
            asked = time.time()
            number, made, ignored = ask(client)
            took = time.time() - asked
            order = "after" if made >= asked else "BEFORE"
            print(f"question {question}: try {number}, answer after {took:.2f} s,", end=" ")
            print(f"made {abs(made - asked):.2f} s {order} the question;", end=" ")
            print(f"{ignored} ignored", flush=True)


if __name__ == "__main__":
    main()
