"""DNS messages as octets, and back. The other programs of the chapter import it."""

import ipaddress
import json
import struct
from collections.abc import Sequence
from typing import NamedTuple

from dns_names import read_name, write_name

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28}
KINDS = {number: kind for kind, number in TYPES.items()}
FIELDS = {"NS": "n", "CNAME": "n", "PTR": "n", "MX": "Hn", "SOA": "nnIIIII"}  # n is a name
RESPONSE, AUTHORITATIVE, TRUNCATED, RECURSION = 0x8000, 0x0400, 0x0200, 0x0100
NOERROR, FORMERR, NXDOMAIN, REFUSED = 0, 1, 3, 5


class Record(NamedTuple):
    name: str
    ttl: int
    kind: str
    text: str


class Message(NamedTuple):
    id: int
    flags: int
    question: tuple[str, str]  # the name, and the type of record that is wanted
    answers: Sequence[Record] = ()
    authorities: Sequence[Record] = ()
    additionals: Sequence[Record] = ()


def number_of(kind):
    return TYPES[kind] if kind in TYPES else int(kind.removeprefix("TYPE"))


def write_data(out, kind, text, seen):
    if kind in ("A", "AAAA"):
        out += ipaddress.ip_address(text).packed
    elif kind == "TXT":
        octets = json.loads(text).encode("ascii")
        out += bytes([len(octets)]) + octets
    elif kind not in FIELDS:
        out += bytes.fromhex(text)
    else:
        for field, word in zip(FIELDS[kind], text.split(), strict=True):
            if field == "n":
                write_name(out, word, seen)
            else:
                out += struct.pack("!" + field, int(word))


def read_data(data, offset, end, kind):
    if kind == "A":
        return str(ipaddress.IPv4Address(data[offset:end]))
    if kind == "AAAA":
        return str(ipaddress.IPv6Address(data[offset:end]))
    if kind == "TXT" and data[offset] == end - offset - 1:  # one string, with its length
        return json.dumps(data[offset + 1 : end].decode("latin-1"))
    if kind not in FIELDS:
        return data[offset:end].hex()
    words = []
    for field in FIELDS[kind]:
        if field == "n":
            word, offset = read_name(data, offset)
        else:
            (word,) = struct.unpack_from("!" + field, data, offset)
            offset += struct.calcsize("!" + field)
        words.append(str(word))
    if offset != end:
        raise ValueError("a record that is shorter or longer than it says")
    return " ".join(words)


def encode(message):
    sections = (message.answers, message.authorities, message.additionals)
    out = bytearray(struct.pack("!HHHHHH", message.id, message.flags, 1, *map(len, sections)))
    seen = {}
    name, kind = message.question
    write_name(out, name, seen)
    out += struct.pack("!HH", number_of(kind), 1)
    for record in [record for section in sections for record in section]:
        write_name(out, record.name, seen)
        out += struct.pack("!HHIH", number_of(record.kind), 1, record.ttl, 0)
        begin = len(out)
        write_data(out, record.kind, record.text, seen)
        struct.pack_into("!H", out, begin - 2, len(out) - begin)
    return bytes(out)


def decode(data):
    """The message that these octets are; ValueError for everything that is none."""
    try:
        number, flags, questions, *counts = struct.unpack_from("!HHHHHH", data)
        if questions != 1:
            raise ValueError("not one question")
        name, offset = read_name(data, 12)
        kind, _ = struct.unpack_from("!HH", data, offset)
        offset += 4
        sections = []
        for count in counts:
            sections.append([])
            for _ in range(count):
                record, offset = read_record(data, offset)
                sections[-1].append(record)
    except (IndexError, struct.error):
        raise ValueError("the message is cut off") from None
    return Message(number, flags, (name, KINDS.get(kind, f"TYPE{kind}")), *sections)


def read_record(data, offset):
    name, offset = read_name(data, offset)
    number, _, ttl, length = struct.unpack_from("!HHIH", data, offset)
    offset += 10
    if offset + length > len(data):
        raise ValueError("the message is cut off")
    kind = KINDS.get(number, f"TYPE{number}")
    text = read_data(data, offset, offset + length, kind)
    return Record(name, ttl, kind, text), offset + length
