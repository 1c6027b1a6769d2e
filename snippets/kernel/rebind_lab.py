"""Binds a port again that another socket has left behind, with and without SO_REUSEADDR."""

import errno
import itertools
import socket

LEFT_BEHIND = "client closed", "server closed", "still connected", "still listening"


def bound(reuse, port=0):
    """A socket bound to the port, or None where the port is in use."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        if error.errno != errno.EADDRINUSE:
            raise
        return None
    return listener


def second_bind(left_behind, old, new):
    """Whether a new socket gets the port that an old one has left in this way."""
    with bound(old) as listener:
        listener.listen()
        address = listener.getsockname()
        client = socket.create_connection(address, timeout=10)
        server, _ = listener.accept()
        server.settimeout(10)
        with client, server:
            if left_behind == "client closed":
                client.close()
                server.recv(1)
                server.close()
            elif left_behind == "server closed":
                server.close()
                client.recv(1)
                client.close()
            if left_behind != "still listening":
                listener.close()
            again = bound(new, address[1])
            if again is None:
                return "in use"
            again.close()
            return "bound"


def main():
    print("old  new  " + "".join(f"{name:17}" for name in LEFT_BEHIND).rstrip())
    for old, new in itertools.product((False, True), repeat=2):
        row = [second_bind(left_behind, old, new) for left_behind in LEFT_BEHIND]
        names = ["yes" if option else "no" for option in (old, new)]
        cells = "".join(f"{cell:17}" for cell in row).rstrip()
        print(f"{names[0]:5}{names[1]:5}{cells}")


if __name__ == "__main__":
    main()
