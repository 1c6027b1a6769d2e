"""Peers for the programs of the chapters."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def peer(handle: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server for one client, in a thread; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(10)
                handle(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def reset(connection: socket.socket) -> None:
    """Let the close that follows send a reset: with SO_LINGER of zero seconds it does."""
    on_for_no_time = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, on_for_no_time)


def silent(connection: socket.socket) -> None:
    """Read what comes, until the other side ends, and answer nothing."""
    while connection.recv(1024):
        pass


_create_connection = socket.create_connection


def impatient(address: tuple[str, int], timeout: float) -> socket.socket:
    """Stands for `socket.create_connection` in a program that waits 10 seconds: waits less."""
    assert timeout == 10
    return _create_connection(address, timeout=0.05)
