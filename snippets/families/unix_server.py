"""Answers lines at a Unix socket, which only the user who started it may use."""

import argparse
import contextlib
import os
import socket
import stat
import struct
import sys
from pathlib import Path


def listen(path):
    """A listening socket at the path; one that a dead server has left there is taken away."""
    if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1)
            try:
                probe.connect(str(path))
            except ConnectionRefusedError:
                path.unlink()
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)  # The file is made with rights for its owner alone.
    try:
        listener.bind(str(path))
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(before)
    listener.listen()
    return listener


def peer(connection):
    """Who is at the other end, as the kernel knows it."""
    if not hasattr(socket, "SO_PEERCRED"):
        return "somebody"
    octets = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    process, user, _ = struct.unpack("3i", octets)
    return f"process {process} of user {user}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    path = parser.parse_args().path
    try:
        listener = listen(path)
    except OSError as error:
        sys.exit(f"{path}: {error.strerror or error}")
    with contextlib.suppress(KeyboardInterrupt), listener:
        print("LISTENING", path, flush=True)
        while True:
            # A client that leaves early ends its own connection and no other.
            with contextlib.suppress(OSError):
                connection, address = listener.accept()
                with connection, connection.makefile("rb") as lines:
                    connection.settimeout(5)
                    print(f"{peer(connection)}, address {address!r}", flush=True)
                    connection.sendall(lines.readline(1024).upper())
    path.unlink(missing_ok=True)
    print("STOPPED")


if __name__ == "__main__":
    main()
