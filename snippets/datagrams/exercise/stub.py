"""Exercise: a client over UDP that asks again, and takes nothing but the answer.

The questions are arguments; ask them one after the other at 127.0.0.1 at the port.

    request   8 octets of id, then the question in UTF-8
    reply     the same 8 octets, then the answer in UTF-8, at least one octet

Ask up to TRIES times, and wait WAIT seconds for the reply each time. Print the question, a blank
and the answer, or `no answer` in its place. The exit code is 1 if an answer is missing.
"""

import argparse
import socket
import sys


def ask(client, question, tries, wait):
    # Here is your part. This asks once, without an id, and takes whatever comes.
    client.settimeout(wait)
    client.send(question.encode())
    return client.recv(1024).decode()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("questions", nargs="+")
    parser.add_argument("--port", type=int, default=15000)
    parser.add_argument("--tries", type=int, default=5)
    parser.add_argument("--wait", type=float, default=0.2)
    options = parser.parse_args()
    missing = False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", options.port))
        for question in options.questions:
            answer = ask(client, question, options.tries, options.wait)
            print(question, answer or "no answer", flush=True)
            missing = missing or not answer
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
