"""Sends one datagram and prints the answer, if one comes."""

import argparse
import socket
import sys

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--port", type=int, default=15000)
port = parser.parse_args().port

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    client.settimeout(0.5)
    sent = client.sendto(b"time?", ("127.0.0.1", port))
    print(f"sent {sent} octets", flush=True)
    try:
        reply, address = client.recvfrom(1024)
    except (TimeoutError, ConnectionError):
        sys.exit("no answer within 0.5 seconds")
    print("from", *address, ascii(reply))
