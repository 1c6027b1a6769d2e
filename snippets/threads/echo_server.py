"""Echoes lines in one of three designs, until Ctrl-C."""

import argparse
import contextlib
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

IDLE_TIME = 10


def echo(connection, work):
    connection.settimeout(IDLE_TIME)
    with contextlib.suppress(TimeoutError, ConnectionError):
        with connection, connection.makefile("rb") as lines:
            while (line := lines.readline(1024)).endswith(b"\n"):
                if work:
                    time.sleep(work)
                connection.sendall(line)


def accepted(listener):
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            # Nobody came, or no descriptor is free: those that are here go on.
            time.sleep(0.1)
            continue
        yield connection


def one_at_a_time(listener, work):
    for connection in accepted(listener):
        echo(connection, work)


def thread_per_client(listener, work):
    for connection in accepted(listener):
        threading.Thread(target=echo, args=[connection, work], daemon=True).start()


def pool_of_eight(listener, work):
    with ThreadPoolExecutor(max_workers=8) as pool:
        for connection in accepted(listener):
            pool.submit(echo, connection, work)


DESIGNS = {"one": one_at_a_time, "threads": thread_per_client, "pool": pool_of_eight}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("design", choices=DESIGNS)
    parser.add_argument("--work", type=float, default=0, help="seconds that an answer takes")
    parser.add_argument("--port", type=int, default=15000)
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        with socket.create_server(("127.0.0.1", options.port), backlog=512) as listener:
            # On Windows, Ctrl-C is noticed only once a waiting call returns.
            listener.settimeout(1)
            print("LISTENING", *listener.getsockname(), flush=True)
            DESIGNS[options.design](listener, options.work)
    print("STOPPED")


if __name__ == "__main__":
    main()
