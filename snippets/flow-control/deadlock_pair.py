"""Two ends of a connection send each other a message; each reads the other's when it has sent."""

import argparse
import contextlib
import selectors
import socket
import threading


class Stuck(Exception):
    """Nothing could be sent or read for a while."""


def send_then_read(connection, size, patience):
    connection.settimeout(patience)
    message, sent, received = memoryview(bytes(size)), 0, 0
    try:
        while sent < size:
            sent += connection.send(message[sent:])
        while received < size:
            received += len(connection.recv(65536))
    except TimeoutError:
        raise Stuck(f"stuck: {sent} of {size} octets sent, {received} read") from None
    return f"{sent} octets sent, {received} read"


def send_while_reading(connection, size, patience):
    connection.setblocking(False)
    message, sent, received = memoryview(bytes(size)), 0, 0
    with selectors.DefaultSelector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        while sent < size or received < size:
            writing = selectors.EVENT_WRITE if sent < size else 0
            reading = selectors.EVENT_READ if received < size else 0
            selector.modify(connection, reading | writing)
            if not selector.select(patience):
                raise Stuck(f"stuck: {sent} of {size} octets sent, {received} read")
            with contextlib.suppress(BlockingIOError):
                received += len(connection.recv(65536))
            with contextlib.suppress(BlockingIOError):
                sent += connection.send(message[sent:])
    return f"{sent} octets sent, {received} read"


def connected_pair():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        left = socket.create_connection(listener.getsockname())
        right, _ = listener.accept()
    return left, right


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=int, help="octets of each message")
    parser.add_argument("--at-once", action="store_true", help="read while sending")
    parser.add_argument("--patience", type=float, default=0.5, help="seconds without an octet")
    options = parser.parse_args()
    exchange = send_while_reading if options.at_once else send_then_read
    told = {}

    def work(name, connection):
        try:
            told[name] = exchange(connection, options.size, options.patience)
        except Stuck as error:
            told[name] = error

    left, right = connected_pair()
    with left, right:
        ends = {"left": left, "right": right}
        threads = [threading.Thread(target=work, args=end) for end in ends.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for name in ends:
        print(f"{name}: {told[name]}")


if __name__ == "__main__":
    main()
