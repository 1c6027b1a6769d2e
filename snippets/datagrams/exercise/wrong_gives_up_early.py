# Wrong on purpose: whatever is no reply ends the try.
"""Asks questions over UDP, asks again, and takes nothing but the answer."""

import argparse
import secrets
import socket
import sys
import time

ID = 8


def answer_in(reply, request_id):
    """The answer, or None where this is no reply to the request."""
    if len(reply) > ID and reply[:ID] == request_id:
        try:
            return reply[ID:].decode("utf-8")
        except UnicodeDecodeError:
            pass
    return None


def ask(client, question, tries, wait):
    request_id = secrets.token_bytes(ID)
    for _ in range(tries):
        end = time.monotonic() + wait
        try:
            client.send(request_id + question.encode())
            client.settimeout(wait)
            answer = answer_in(client.recv(65_535), request_id)
            if answer is not None:
                return answer
        except TimeoutError:
            pass
        except ConnectionError:  # refused: nobody is there, for now
            time.sleep(max(0, end - time.monotonic()))
    return None


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
