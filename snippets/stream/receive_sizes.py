"""One sendall of 10,000,000 octets; what each recv of the other side returns."""

import argparse
import json
import platform
import socket
import threading
from pathlib import Path

SENT = 10_000_000
ASKED = 1_048_576


def send(address):
    with socket.create_connection(address, timeout=30) as connection:
        connection.sendall(bytes(SENT))


def measure():
    """The sizes of all receives, in order."""
    sizes = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)
        sender = threading.Thread(target=send, args=[listener.getsockname()])
        sender.start()
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(30)
            while data := connection.recv(ASKED):
                sizes.append(len(data))
        sender.join()
    return sizes


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--write", metavar="FILE", help="keep the measurement as JSON")
    options = parser.parse_args()
    record = {
        "system": platform.system(),
        "python": platform.python_version(),
        "sent": SENT,
        "asked": ASKED,
        "runs": [measure() for _ in range(options.runs)],
    }
    for sizes in record["runs"]:
        print(f"1 sendall of {sum(sizes):,} octets, {len(sizes)} receives, ", end="")
        print(f"smallest {min(sizes):,}, largest {max(sizes):,}")
    if options.write:
        Path(options.write).write_text(json.dumps(record) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
