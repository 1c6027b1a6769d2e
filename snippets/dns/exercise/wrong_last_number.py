# Wrong on purpose: it does not look at the TTL of the SOA record.
"""A DNS server over UDP that knows a few names, forwards the others and remembers, until Ctrl-C."""

import argparse
import contextlib
import ipaddress
import secrets
import socket
import struct
import time
from typing import NamedTuple

RESPONSE, RECURSION_DESIRED, RECURSION_AVAILABLE = 0x8000, 0x0100, 0x0080
OPCODE = 0x7800
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)
A, NS, CNAME, SOA, PTR, MX = 1, 2, 5, 6, 12, 15
OWN_ZONE = b"\x02ip\x04test\x00"
UPSTREAM_TIME = 0.3
MOST_ALIASES = 8
MOST_REMEMBERED = 10_000

memory = {}


class Record(NamedTuple):
    name: bytes
    kind: int
    rclass: int
    ttl: int
    data: bytes


class Failure(Exception):
    """The upstream gives no answer, or none that ends."""


def now(options):
    """Seconds of TTL since some moment; the checker lets them pass faster."""
    return time.monotonic() / options.second


def read_name(data, offset):
    """The name at an offset, without pointers, and the offset behind it."""
    name, end, start = b"", 0, offset
    while length := data[offset]:
        if length < 64:
            name += data[offset : offset + 1 + length]
            offset += 1 + length
        elif length < 192:
            raise ValueError("neither a length nor a pointer")
        else:
            target = (length - 192) * 256 + data[offset + 1]
            if target >= start:
                raise ValueError("a pointer that does not lead back")
            end = end or offset + 2
            start = offset = target
        if len(name) > 254:
            raise ValueError("a name of more than 255 octets")
    return name + b"\0", end or offset + 1


def read_data(data, kind, offset, end):
    """The data of a record, with its names written out: pointers mean nothing elsewhere."""
    if kind in (NS, CNAME, PTR):
        return read_name(data, offset)[0]
    if kind == MX:
        return data[offset : offset + 2] + read_name(data, offset + 2)[0]
    if kind == SOA:
        primary, offset = read_name(data, offset)
        mailbox, offset = read_name(data, offset)
        return primary + mailbox + data[offset:end]
    return data[offset:end]


def parse(data):
    """Question name, type, class, then three lists of records; ValueError for all else."""
    try:
        questions, *counts = struct.unpack_from("!HHHH", data, 4)
        if questions != 1:
            raise ValueError("not one question")
        name, offset = read_name(data, 12)
        kind, rclass = struct.unpack_from("!HH", data, offset)
        offset += 4
        sections = []
        for count in counts:
            records = []
            for _ in range(count):
                owner, offset = read_name(data, offset)
                *fixed, length = struct.unpack_from("!HHIH", data, offset)
                offset += 10
                if offset + length > len(data):
                    raise ValueError("a record that passes the end")
                octets = read_data(data, fixed[0], offset, offset + length)
                records.append(Record(owner, *fixed, octets))
                offset += length
            sections.append(records)
    except (IndexError, struct.error):
        raise ValueError("the message is cut off") from None
    return (name, kind, rclass), *sections


def make(identity, flags, question, records):
    name, kind, rclass = question
    out = struct.pack("!HHHHHH", identity, flags, 1, len(records), 0, 0)
    out += name + struct.pack("!HH", kind, rclass)
    for record in records:
        out += record.name + struct.pack(
            "!HHIH", record.kind, record.rclass, record.ttl, len(record.data)
        )
        out += record.data
    return out


def respond(data, options):
    """The octets of the response to a datagram, or None for silence."""
    if len(data) < 12 or data[2] & 0x80:
        return None
    identity, flags = struct.unpack_from("!HH", data)
    kept = RESPONSE | RECURSION_AVAILABLE | flags & (OPCODE | RECURSION_DESIRED)
    try:
        question = parse(data)[0]
    except ValueError:
        return struct.pack("!HHHHHH", identity, kept | FORMERR, 0, 0, 0, 0)
    if flags & OPCODE:
        code, records = NOTIMP, []
    elif question[0].lower().endswith(OWN_ZONE):
        code, records = own(question)
    elif not flags & RECURSION_DESIRED or options.upstream is None:
        code, records = REFUSED, []
    else:
        try:
            code, records = resolve(question, options)
        except Failure:
            code, records = SERVFAIL, []
    return make(identity, kept | code, question, records)


def own(question):
    """Names below ip.test have their address in their first label."""
    name, kind, rclass = question
    try:
        label = name[1 : 1 + name[0]].decode("ascii")
        address = ipaddress.IPv4Address(label.replace("-", "."))
    except ValueError:
        return NXDOMAIN, []
    if "." in label or name[1 + name[0] :].lower() != OWN_ZONE:
        return NXDOMAIN, []
    return NOERROR, [Record(name, A, rclass, 60, address.packed)] if kind == A else []


def resolve(question, options):
    """Code and records, with the aliases that lead to them."""
    name, kind, rclass = question
    found = []
    for _ in range(MOST_ALIASES + 1):
        code, records = remembered((name, kind, rclass), options)
        found += records
        if not records or records[-1].kind != CNAME or kind == CNAME:
            return code, found
        name = records[-1].data
    raise Failure


def remembered(question, options):
    """What the upstream says, or has said not too long ago."""
    name, kind, rclass = question
    key = name.lower(), kind, rclass
    if key in memory:
        code, records, asked, seconds = memory[key]
        passed = now(options) - asked
        if passed < seconds:
            return code, [record._replace(ttl=int(record.ttl - passed)) for record in records]
        del memory[key]
    code, records, authorities = ask(question, options)
    if records:
        seconds = min(record.ttl for record in records)
    else:
        soas = [record for record in authorities if record.kind == SOA]
        seconds = min((int.from_bytes(one.data[-4:], "big") for one in soas), default=0)
    if len(memory) == MOST_REMEMBERED:
        memory.clear()
    if code in (NOERROR, NXDOMAIN):
        memory[key] = code, records, now(options), seconds
    return code, records


def ask(question, options):
    """Ask the upstream, and take nothing but its response to this question."""
    identity = secrets.randbelow(65536)
    end = time.monotonic() + UPSTREAM_TIME
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("127.0.0.1", options.upstream))
        try:
            client.send(make(identity, RECURSION_DESIRED, question, []))
            while (left := end - time.monotonic()) > 0:
                client.settimeout(left)
                data = client.recv(65535)
                with contextlib.suppress(ValueError, struct.error):
                    number, flags = struct.unpack_from("!HH", data)
                    asked, answers, authorities, _ = parse(data)
                    same = asked[0].lower() == question[0].lower() and asked[1:] == question[1:]
                    if number == identity and flags & RESPONSE and same:
                        return flags & 15, answers, authorities
        except OSError:
            pass
    raise Failure


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    parser.add_argument("--upstream", type=int, help="port of another server on this machine")
    parser.add_argument("--second", type=float, default=1.0, help="how long a second of TTL takes")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind(("127.0.0.1", options.port))
            # On Windows, Ctrl-C is noticed only once a waiting call returns.
            server.settimeout(1)
            print("LISTENING", *server.getsockname(), flush=True)
            while True:
                # Windows reports here that a client, sent to earlier, has gone.
                with contextlib.suppress(TimeoutError, ConnectionError):
                    data, client = server.recvfrom(65535)
                    response = respond(data, options)
                    if response is not None:
                        server.sendto(response, client)
    print("STOPPED")


if __name__ == "__main__":
    main()
