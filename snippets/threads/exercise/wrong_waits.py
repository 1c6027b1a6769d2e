# Wrong on purpose: who comes too late waits for a place and is not told.

import argparse
import contextlib
import socket
import threading
import time

PLACES = 20
FULL = b"ERROR server full\n"
REFUSALS = 4
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
        self.places = threading.Semaphore(PLACES)
        # Telling takes a thread too. When all of these are busy, no one is accepted for a moment.
        self.refusals = threading.Semaphore(REFUSALS)

    def begin(self, connection):
        self.places.acquire()
        self.start(self.serve, connection, self.places)

    def start(self, work, connection, place):
        thread = threading.Thread(target=self.run, args=[work, connection, place], daemon=True)
        with self.lock:
            self.threads[thread] = connection
        thread.start()

    def run(self, work, connection, place):
        try:
            with contextlib.suppress(OSError), connection:
                work(connection)
        finally:
            with self.lock:
                del self.threads[threading.current_thread()]
            place.release()

    def serve(self, connection):
        connection.settimeout(IDLE_TIME)
        with connection.makefile("rb") as lines:
            while (line := lines.readline(1024)).endswith(b"\n"):
                connection.sendall(answer(line))

    def refuse(self, connection):
        connection.settimeout(1)
        connection.sendall(FULL)
        connection.shutdown(socket.SHUT_WR)
        # Closing while octets are unread resets the connection. A few receives are patience enough.
        for _ in range(4):
            if not connection.recv(65536):
                break

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
    parser = argparse.ArgumentParser()
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
