"""Asks a DNS server one question and shows every octet of it and of the response."""

import argparse
import secrets
import socket
import struct

import dns_wire

FLAGS = {dns_wire.AUTHORITATIVE: "authoritative", dns_wire.TRUNCATED: "truncated"}
CODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}


def show(what, data):
    print(f"{what} {len(data)} octets")
    for start in range(0, len(data), 16):
        row = data[start : start + 16]
        text = "".join(chr(octet) if 32 <= octet < 127 else "." for octet in row)
        print(f"  {start:04x}  {row.hex(' '):47}  {text}")


def over_udp(port, query):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(2)
        client.connect(("127.0.0.1", port))
        client.send(query)
        while True:
            data = client.recv(65535)
            if data[:2] == query[:2]:  # The id; everything else is not for us.
                return data


def over_tcp(port, query):
    with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        connection.sendall(struct.pack("!H", len(query)) + query)
        with connection.makefile("rb") as stream:
            (length,) = struct.unpack("!H", stream.read(2))
            return stream.read(length)


def report(data):
    response = dns_wire.decode(data)
    said = [word for flag, word in FLAGS.items() if response.flags & flag]
    print(" ".join([CODES.get(response.flags & 15, "another code"), *said]))
    for title in ("answers", "authorities", "additionals"):
        for record in getattr(response, title):
            print(f"  {title}: {record.name} {record.ttl} {record.kind} {record.text}")
    return response


def converse(options, message):
    query = dns_wire.encode(message)
    for ask in (over_udp, over_tcp):
        data = ask(options.port, query)
        if not options.quiet:
            show("sent", query)
            show("received", data)
        if not report(data).flags & dns_wire.TRUNCATED:
            break
        print("no room in a datagram: once more, over TCP")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("type", nargs="?", default="A", choices=dns_wire.TYPES)
    parser.add_argument("--id", type=int, default=secrets.randbelow(65536))
    parser.add_argument("--quiet", action="store_true", help="do not show the octets")
    parser.add_argument("--port", type=int, default=15000)
    options = parser.parse_args()
    question = (options.name.rstrip(".") + ".", options.type)
    try:
        converse(options, dns_wire.Message(options.id, dns_wire.RECURSION, question))
    except (OSError, ValueError, struct.error) as error:
        raise SystemExit(f"no answer: {error}") from None


if __name__ == "__main__":
    main()
