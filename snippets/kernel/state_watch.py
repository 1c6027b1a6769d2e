"""Prints what Linux holds for each end of one connection, after each call of the two programs."""

import argparse
import socket
import time
from pathlib import Path

# Their numbers in /proc/net/tcp, with the names of RFC 9293.
STATES = {
    "01": "ESTABLISHED",
    "02": "SYN-SENT",
    "03": "SYN-RECEIVED",
    "04": "FIN-WAIT-1",
    "05": "FIN-WAIT-2",
    "06": "TIME-WAIT",
    "08": "CLOSE-WAIT",
    "09": "LAST-ACK",
    "0A": "LISTEN",
    "0B": "CLOSING",
}
PAUSE = 0.1


def ends():
    """The state and the unread octets of every socket; for a listening one, those that wait."""
    found = {}
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        _, local, remote, state, queues = line.split()[:5]
        ports = int(local[-4:], 16), int(remote[-4:], 16)
        found[ports] = STATES.get(state, state), int(queues[-8:], 16)
    return found


def show(call, server, client):
    time.sleep(PAUSE)  # A delayed acknowledgment has been sent by then.
    now = ends()
    pairs = (server, 0), (server, client), (client, server)
    columns = ["{} {}".format(*now[pair]) if pair in now else "-" for pair in pairs]
    print(f"{call:24}" + "".join(f"{column:18}" for column in columns).rstrip(), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    port = parser.parse_args().port
    print(f"{'after':24}{'listening':18}{'server':18}client")
    with socket.create_server(("127.0.0.1", port)) as listener:
        port = listener.getsockname()[1]
        show("server: listen", port, None)
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            here = client.getsockname()[1]
            show("client: connect", port, here)
            client.sendall(b"Hello, server!\n")
            show("client: sendall, 15", port, here)
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(10)
                show("server: accept", port, here)
                connection.recv(1024)
                show("server: recv", port, here)
                connection.sendall(b"Hello, client!\n")
                show("server: sendall, 15", port, here)
            show("server: close", port, here)
            client.recv(1024)
            client.recv(1024)
            show("client: recv, recv", port, here)
        show("client: close", port, here)
    show("server: close listener", port, here)


if __name__ == "__main__":
    main()
