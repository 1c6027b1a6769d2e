# Wrong on purpose: it listens until its first client has come, and no longer.

import argparse
import contextlib
import socket

REPLY = "Hello, wire!\n"


def answer(connection):
    connection.settimeout(10)
    with connection, connection.makefile("rb") as requests:
        line = requests.readline(1024)
        print("received", line, flush=True)
        if line.endswith(b"\n"):
            connection.sendall(REPLY.encode("utf-8"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with contextlib.suppress(KeyboardInterrupt):
        with socket.create_server(("127.0.0.1", port)) as listener:
            listener.settimeout(30)
            print("LISTENING", *listener.getsockname(), flush=True)
            connection, _ = listener.accept()
        answer(connection)
    print("STOPPED")


if __name__ == "__main__":
    main()
