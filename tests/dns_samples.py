"""Messages that dnspython makes, by a seed: all types, and names that share their ends."""

import io
import itertools
import random
import struct

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset

LABELS = ["www", "mail", "a", "Ex-1", "_sip", "x" * 63, "with\\.dot", "\\000\\255", "zone", "test"]
FLAGS = 0x87B0
"""All flags but those of the opcode and the response code, and the one bit without a meaning."""


def a_name(rng):
    labels = rng.choices(LABELS, k=rng.randrange(4))
    return ".".join([*labels, rng.choice(["example", "EXAMPLE", "org"]), ""])


def a_string(rng):
    return '"' + "".join(f"\\{octet:03}" for octet in rng.randbytes(rng.randrange(40))) + '"'


def unknown(octets):
    return f"\\# {len(octets)} {octets.hex()}"


KINDS = {
    "A": lambda rng: ".".join(str(octet) for octet in rng.randbytes(4)),
    "AAAA": lambda rng: ":".join(
        ["2001", "db8", *(f"{rng.choice([0, rng.getrandbits(16)]):x}" for _ in range(6))]
    ),
    "CNAME": a_name,
    "NS": a_name,
    "PTR": a_name,
    "MX": lambda rng: f"{rng.getrandbits(16)} {a_name(rng)}",
    "SRV": lambda rng: f"{rng.getrandbits(16)} {rng.getrandbits(16)} 443 {a_name(rng)}",
    "SOA": lambda rng: " ".join(
        [a_name(rng), a_name(rng), *(str(rng.getrandbits(31)) for _ in range(5))]
    ),
    "TXT": lambda rng: " ".join(a_string(rng) for _ in range(rng.randint(1, 3))),
    "CAA": lambda rng: f"{rng.choice([0, 128])} issue {a_string(rng)}",
    "TYPE65300": lambda rng: unknown(rng.randbytes(rng.randrange(30))),
    "CSYNC": lambda rng: f"{rng.getrandbits(32)} 1 A NS AAAA",  # dnspython knows it; here nobody
}


def a_set(rng):
    kind = rng.choice(list(KINDS))
    count = 1 if kind in ("SOA", "CNAME") else rng.randint(1, 3)
    data = [dns.rdata.from_text("IN", kind, KINDS[kind](rng)) for _ in range(count)]
    return dns.rrset.from_rdata(dns.name.from_text(a_name(rng)), rng.getrandbits(31), *data)


def a_message(rng):
    """A message with up to 18 records in three sections, with EDNS or without."""
    message = dns.message.QueryMessage(id=rng.getrandbits(16))
    message.flags = rng.getrandbits(16) & FLAGS
    asked, kind = dns.name.from_text(a_name(rng)), rng.choice(["A", "MX", "TYPE65300", "ANY"])
    message.question = [dns.rrset.RRset(asked, dns.rdataclass.IN, dns.rdatatype.from_text(kind))]
    for section in (message.answer, message.authority, message.additional):
        for _ in range(rng.randrange(3)):
            found = a_set(rng)
            if all((found.name, found.rdtype) != (old.name, old.rdtype) for old in section):
                section.append(found)
    if rng.random() < 0.5:
        options = [
            dns.edns.GenericOption(rng.randint(65001, 65534), rng.randbytes(rng.randrange(20)))
            for _ in range(rng.randrange(3))
        ]
        message.use_edns(0, rng.choice([0, dns.flags.DO]), rng.getrandbits(16), options=options)
    message.set_rcode(rng.choice([0, 3, 16, 23]) if message.opt else rng.randrange(6))
    return message


def messages(count, seed=24):
    """The messages with their octets, compressed in every other one."""
    rng = random.Random(seed)
    for number in range(count):
        message = a_message(rng)
        yield message, uncompressed(message) if number % 2 else message.to_wire()


def uncompressed(message):
    """The octets of a message without any pointer."""
    out = io.BytesIO()
    sections = [message.answer, message.authority, message.additional]
    counts = [sum(len(found) for found in section) for section in sections]
    if message.opt is not None:
        sections.append([message.opt])
        counts[2] += 1
    out.write(struct.pack("!HHHHHH", message.id, message.flags, len(message.question), *counts))
    for asked in message.question:
        out.write(asked.name.to_wire() + struct.pack("!HH", asked.rdtype, asked.rdclass))
    for found in itertools.chain(*sections):
        found.to_wire(out, compress=None)
    return out.getvalue()


def mutated(octets, rng):
    """The octets with damage: changed, cut out, put in twice, or made into pointers."""
    damaged = bytearray(octets)
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(damaged)) if damaged else 0
        match rng.randrange(6):
            case 0:
                damaged[place : place + 1] = rng.randbytes(1)
            case 1:
                damaged[place : place + 2] = struct.pack("!H", 0xC000 | rng.randrange(place + 3))
            case 2:
                del damaged[place : place + rng.randrange(8)]
            case 3:
                damaged[place:place] = damaged[place : place + rng.randrange(16)]
            case 4:
                damaged[place : place + 1] = rng.choice([b"\0", b"\x3f", b"\x40", b"\xc0", b"\xff"])
            case _:
                count = 5 + 2 * rng.randrange(4)  # of a section, in the header
                damaged[count : count + 1] = rng.randbytes(1)
    return bytes(damaged)


class Watched(bytes):
    """Octets that count how often single ones are looked at, which is what a walk of names does."""

    looked = 0

    def __getitem__(self, place):
        self.looked += isinstance(place, int)
        return super().__getitem__(place)


def chain_of_pointers():
    """The longest message there is: pointers to pointers, and 4,000 names that end with them."""
    links = 8_000
    start = 12 + 1 + 10  # header, the root as the name of the first record, its other fields
    targets = [12, *(start + 2 * link for link in range(links - 1))]
    chain = b"".join(struct.pack("!H", 0xC000 | target) for target in targets)
    first = struct.pack("!BHHIH", 0, 65_300, 1, 0, len(chain)) + chain
    last = start + 2 * (links - 1)
    names = (65_535 - 12 - len(first)) // 12
    others = b"".join(
        struct.pack("!HHHIH", 0xC000 | last - 2 * name, 65_300, 1, 0, 0) for name in range(names)
    )
    return struct.pack("!HHHHHH", 0, 0x8000, 0, 1 + names, 0, 0) + first + others
