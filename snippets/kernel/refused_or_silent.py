"""Connects to four ports of this machine, each unwilling in its own way, and prints what it saw."""

import argparse
import contextlib
import socket
import threading
import time


def visit(address, timeout):
    """How far a client comes that connects and waits for one octet, and after how long."""
    begin = time.monotonic()
    seen = []
    try:
        with socket.create_connection(address, timeout=timeout) as connection:
            seen.append("connected")
            connection.recv(1)
    except ConnectionRefusedError:
        seen.append("refused")
    except ConnectionResetError:
        seen.append("reset")
    except TimeoutError:
        seen.append("silent")
    return ", ".join(seen), 1000 * (time.monotonic() - begin)


@contextlib.contextmanager
def nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
    yield address


@contextlib.contextmanager
def queue_is_full():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        with socket.create_connection(address, timeout=10):
            yield address


@contextlib.contextmanager
def program_says_nothing():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()


@contextlib.contextmanager
def server_stops():
    """Closes the listening socket while the client, connected and not accepted, waits."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Timer(0.1, listener.close)
        stop.start()
        yield listener.getsockname()
        stop.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--timeout", type=float, default=5)
    timeout = parser.parse_args().timeout
    for case in nobody_listens, queue_is_full, program_says_nothing, server_stops:
        with case() as address:
            seen, milliseconds = visit(address, timeout)
            name = case.__name__.replace("_", " ")
            print(f"{name:22}{seen:20}{milliseconds:6.0f} ms", flush=True)


if __name__ == "__main__":
    main()
