"""Answers questions about one zone over UDP and TCP, until Ctrl-C."""

import argparse
import contextlib
import pathlib
import socket
import struct
import threading

import dns_wire
from dns_wire import AUTHORITATIVE, NOERROR, NXDOMAIN, RESPONSE, TRUNCATED

UDP_SIZE = 512


def read_zone(text):
    """The records of a zone file in its simplest form: one a line, with whole names."""
    lines = [line for line in text.splitlines() if line and not line.startswith(";")]
    fields = [line.split(maxsplit=3) for line in lines]
    return [dns_wire.Record(name, int(ttl), kind, data) for name, ttl, kind, data in fields]


def answer(zone, name, kind):
    """Flags and the three sections that a zone has for a question; its SOA record is the first."""
    origin = zone[0].name
    name = name.lower()
    if name != origin and not name.endswith("." + origin.lstrip(".")):
        return dns_wire.REFUSED, [], [], []
    above = [name[at:] for at in range(len(name)) if at == 0 or name[at - 1] == "."]
    cuts = [one for one in zone if one.kind == "NS" and one.name in above and one.name != origin]
    if cuts:  # The servers of another zone know more.
        hosts = [one.text for one in cuts]
        return 0, [], cuts, [one for one in zone if one.kind == "A" and one.name in hosts]
    here = [one for one in zone if one.name == name]
    found = [one for one in here if one.kind in (kind, "CNAME")]
    if found:
        return AUTHORITATIVE, found, [], []
    exists = here or any(one.name.endswith("." + name) for one in zone)
    return AUTHORITATIVE | (NOERROR if exists else NXDOMAIN), [], zone[:1], []


def respond(zone, data, room):
    """The octets of the response, or None where there should be none."""
    try:
        query = dns_wire.decode(data)
    except ValueError:
        if len(data) < 12 or data[2] & 0x80:
            return None
        return data[:2] + struct.pack("!HHHHH", RESPONSE | dns_wire.FORMERR, 0, 0, 0, 0)
    if query.flags & RESPONSE:
        return None  # Two servers could answer each other for ever.
    flags, *sections = answer(zone, *query.question)
    flags |= RESPONSE | query.flags & dns_wire.RECURSION
    response = dns_wire.encode(dns_wire.Message(query.id, flags, query.question, *sections))
    if len(response) > room:
        empty = dns_wire.Message(query.id, flags | TRUNCATED, query.question)
        response = dns_wire.encode(empty)
    return response


def serve_tcp(zone, listener):
    while True:
        # One client at a time, which may be silent for a second: chapter 16 has better servers.
        with contextlib.suppress(OSError, EOFError):
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as stream:
                connection.settimeout(1)
                (length,) = struct.unpack("!H", stream.read(2).rjust(2, b"\0"))
                response = respond(zone, stream.read(length), 65535)
                if response:
                    connection.sendall(struct.pack("!H", len(response)) + response)


def serve_udp(zone, server):
    while True:
        # On Windows, Ctrl-C is noticed only once a waiting call returns.
        with contextlib.suppress(TimeoutError, ConnectionError):
            data, client = server.recvfrom(65535)
            response = respond(zone, data, UDP_SIZE)
            if response:
                server.sendto(response, client)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("zone", nargs="?", default="bakery.zone")
    parser.add_argument("--port", type=int, default=15000)
    options = parser.parse_args()
    zone = read_zone(pathlib.Path(options.zone).read_text(encoding="ascii"))
    with (
        contextlib.suppress(KeyboardInterrupt),
        socket.create_server(("127.0.0.1", options.port)) as listener,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server,
    ):
        server.bind(listener.getsockname())
        server.settimeout(1)
        threading.Thread(target=serve_tcp, args=[zone, listener], daemon=True).start()
        print("LISTENING", *listener.getsockname(), flush=True)
        serve_udp(zone, server)
    print("STOPPED")


if __name__ == "__main__":
    main()
