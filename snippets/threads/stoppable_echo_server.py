"""Echoes lines, a thread for each client; Ctrl-C lets each thread finish its answer."""

import argparse
import contextlib
import socket
import threading
import time

IDLE_TIME = 60
STOP_TIME = 2


def answer(line):
    # Stands for slow work, such as a query to a database.
    time.sleep(0.3 if line == b"wait\n" else 0)
    return line


class EchoServer:
    def __init__(self):
        self.threads = {}
        self.lock = threading.Lock()

    def begin(self, connection):
        thread = threading.Thread(target=self.serve, args=[connection], daemon=True)
        with self.lock:
            self.threads[thread] = connection
        thread.start()

    def serve(self, connection):
        connection.settimeout(IDLE_TIME)
        try:
            with contextlib.suppress(TimeoutError, ConnectionError):
                with connection, connection.makefile("rb") as lines:
                    while (line := lines.readline(1024)).endswith(b"\n"):
                        connection.sendall(answer(line))
        finally:
            with self.lock:
                del self.threads[threading.current_thread()]

    def stop(self):
        """Waits for no more lines; what has been received is answered, for at most STOP_TIME."""
        with self.lock:
            left = dict(self.threads)
        for connection in left.values():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        end = time.monotonic() + STOP_TIME
        for thread in left:
            if thread.is_alive():
                thread.join(max(0, end - time.monotonic()))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    server = EchoServer()
    with contextlib.suppress(KeyboardInterrupt):
        with socket.create_server(("127.0.0.1", port)) as listener:
            # On Windows, Ctrl-C is noticed only once a waiting call returns.
            listener.settimeout(1)
            print("LISTENING", *listener.getsockname(), flush=True)
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    # Nobody came, or no descriptor is free: those that are here go on.
                    time.sleep(0.1)
                    continue
                server.begin(connection)
    server.stop()
    print("STOPPED")


if __name__ == "__main__":
    main()
