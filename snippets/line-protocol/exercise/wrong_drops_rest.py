# Wrong on purpose: a last line without its line feed is dropped.

import argparse
import contextlib
import socket
import threading

LINE_LIMIT = 4096
IDLE_TIME = 60


def answer(line):
    if len(line.rstrip(b"\n")) > LINE_LIMIT:
        return "ERROR line too long\n"
    if not line.endswith(b"\n"):
        return ""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return "ERROR invalid UTF-8\n"
    return text.removesuffix("\n").removesuffix("\r").upper() + "\n"


def serve(connection):
    connection.settimeout(IDLE_TIME)
    # A client that leaves, says nothing or reads nothing for a minute ends its own thread alone.
    with contextlib.suppress(TimeoutError, ConnectionError):
        with connection, connection.makefile("rb") as lines:
            # One octet more than the limit tells a line that is too long from one that is not.
            while line := lines.readline(LINE_LIMIT + 1):
                connection.sendall(answer(line).encode("utf-8"))
                while len(line) > LINE_LIMIT and not line.endswith(b"\n"):
                    line = lines.readline(LINE_LIMIT + 1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with contextlib.suppress(KeyboardInterrupt):
        with socket.create_server(("127.0.0.1", port)) as listener:
            # On Windows, Ctrl-C is noticed only once a waiting call returns.
            listener.settimeout(1)
            print("LISTENING", *listener.getsockname(), flush=True)
            while True:
                with contextlib.suppress(TimeoutError, ConnectionError):
                    connection, _ = listener.accept()
                    # A daemon thread does not keep the program from ending.
                    threading.Thread(target=serve, args=[connection], daemon=True).start()
    print("STOPPED")


if __name__ == "__main__":
    main()
