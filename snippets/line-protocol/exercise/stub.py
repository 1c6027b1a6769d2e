"""Exercise: a line service for several clients at once.

A client sends lines: UTF-8 text, ended by LF; a CR before the LF is dropped. Answer each line with
the same text in upper case and a line feed. Errors are answered by one of these lines, and the
conversation goes on:

    ERROR line too long        more than 4,096 octets before the LF; skip the rest of that line
    ERROR invalid UTF-8
    ERROR unterminated line    the client ended its side inside a line

No client may stop the others: not by silence, not by reading nothing, not by leaving. Ctrl-C ends
the program at once, clients or not.
"""

import argparse
import contextlib
import socket

LINE_LIMIT = 4096
IDLE_TIME = 60


def serve(connection):
    connection.settimeout(IDLE_TIME)
    with connection:
        # Here is your part. This takes what one recv returns for one line, and serves one line.
        text = connection.recv(LINE_LIMIT).decode("utf-8")
        connection.sendall(text.encode("utf-8"))


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
                    # And here: one client after the other, and each waits for those before it.
                    serve(connection)
    print("STOPPED")


if __name__ == "__main__":
    main()
