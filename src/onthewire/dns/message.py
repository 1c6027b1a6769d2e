"""Messages: a header of 12 octets and four sections (RFC 1035 section 4.1), with EDNS (RFC 6891).

What is left out: signatures (TSIG, SIG(0)) and DNSSEC. Their records are kept as octets.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from onthewire.dns import codes
from onthewire.dns.errors import DNSError
from onthewire.dns.names import ROOT, Name
from onthewire.dns.records import READERS, RData, Unknown
from onthewire.dns.wire import U16, WireReader, WireWriter

MESSAGE_SIZE = 65_535
"""Octets of a message: over TCP its length has two octets (RFC 1035 section 4.2.2)."""

UDP_SIZE = 512
"""Octets of a message over UDP where nothing else was agreed (RFC 1035 section 4.2.1)."""

EDNS_SIZE = 1_232
"""Octets of a message over UDP that we say we take.

IPv6 carries packets of 1,280 octets everywhere (RFC 8200 section 5); 40 of them are its header and
8 are that of UDP. Larger datagrams may be cut into fragments, of which some never arrive.
"""

TTL_MOST = 2**31 - 1
"""The longest time to live; above it the highest bit is set, which means 0 (RFC 2181 section 8)."""

_HEADER = struct.Struct("!HHHHHH")
_QUESTION = struct.Struct("!HH")
_RECORD = struct.Struct("!HHIH")

QR, AA, TC, RD, RA, AD, CD = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080, 0x0020, 0x0010
DO = 0x8000


# --8<-- [start:Question]
@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: records of this type at this name (RFC 1035 section 4.1.2)."""

    name: Name
    type: int
    rclass: int = codes.IN

    def __str__(self) -> str:
        return f"{self.name} {codes.class_text(self.rclass)} {codes.type_text(self.type)}"


# --8<-- [end:Question]
# --8<-- [start:Record]
@dataclass(frozen=True, slots=True)
class Record:
    """What stands at a name (RFC 1035 section 4.1.3).

    Attributes:
        name: whose record it is.
        ttl: seconds that it may be remembered.
        data: what it holds; tells the type as well.
        rclass: the class.
    """

    name: Name
    ttl: int
    data: RData
    rclass: int = codes.IN

    @property
    def type(self) -> int:
        """The number of its type."""
        return self.data.type

    def __str__(self) -> str:
        kind = f"{codes.class_text(self.rclass)} {codes.type_text(self.data.type)}"
        return f"{self.name} {self.ttl} {kind} {self.data}"


# --8<-- [end:Record]
# --8<-- [start:Edns]
@dataclass(frozen=True, slots=True)
class Edns:
    """What a side says about itself in an OPT record (RFC 6891 section 6.1).

    Attributes:
        payload: octets of a message over UDP that it takes.
        version: 0 is the only one there is.
        dnssec: whether it wants the records of DNSSEC (RFC 3225).
        options: codes and octets.
    """

    payload: int = EDNS_SIZE
    version: int = 0
    dnssec: bool = False
    options: tuple[tuple[int, bytes], ...] = ()


# --8<-- [end:Edns]
# --8<-- [start:Message]
@dataclass(frozen=True, slots=True)
class Message:
    """A question, or the response to one.

    Attributes:
        id: chosen by who asks, and repeated in the response.
        response: False for a question.
        opcode: what is wanted; 0 for a question.
        authoritative: the answer comes from a server of the zone.
        truncated: something had no room; ask again over TCP.
        recursion_desired: please ask others until the answer is found.
        recursion_available: this server does that.
        authentic, checking_disabled: of DNSSEC (RFC 4035 section 3.2).
        rcode: how it went; 12 bits with EDNS, otherwise 4.
        questions, answers, authorities, additionals: the sections, without the OPT record.
        edns: the OPT record; None where there is none.
    """

    id: int = 0
    response: bool = False
    opcode: int = codes.QUERY
    authoritative: bool = False
    truncated: bool = False
    recursion_desired: bool = False
    recursion_available: bool = False
    authentic: bool = False
    checking_disabled: bool = False
    rcode: int = codes.NOERROR
    questions: tuple[Question, ...] = ()
    answers: tuple[Record, ...] = ()
    authorities: tuple[Record, ...] = ()
    additionals: tuple[Record, ...] = ()
    edns: Edns | None = None


# --8<-- [end:Message]
# --8<-- [start:decode]
def decode(data: bytes) -> Message:
    """The message that these octets are.

    Args:
        data: the whole message, without the length that stands before it over TCP.

    Raises:
        DNSError: they are no message: too short, too long, a name or a record that breaks the
            rules, two OPT records.
    """
    try:
        identity, flags, questions, answers, authorities, additionals = _HEADER.unpack_from(data)
    except struct.error:
        raise DNSError(f"a header has 12 octets; the message has {len(data)}") from None
    wire = WireReader(data, _HEADER.size)
    asked = tuple([_read_question(wire) for _ in range(questions)])
    answer = _read_records(wire, answers)
    authority = _read_records(wire, authorities)
    additional, edns, high = _read_additionals(wire, additionals)
    if wire.offset != len(data):
        raise DNSError(f"{len(data) - wire.offset} octets behind the last record")
    return Message(
        identity,
        flags & QR != 0,
        flags >> 11 & 15,
        flags & AA != 0,
        flags & TC != 0,
        flags & RD != 0,
        flags & RA != 0,
        flags & AD != 0,
        flags & CD != 0,
        high << 4 | flags & 15,
        asked,
        answer,
        authority,
        additional,
        edns,
    )


# --8<-- [end:decode]
def _read_question(wire: WireReader) -> Question:
    name = wire.name()
    try:
        kind, rclass = _QUESTION.unpack_from(wire.data, wire.offset)
    except struct.error:
        raise DNSError("the message ends within a question") from None
    wire.offset += 4
    return Question(name, kind, rclass)


def _read_fixed(wire: WireReader) -> tuple[Name, int, int, int, int]:
    """Name, type, class, TTL as it stands, and the offset where the data of the record ends."""
    name = wire.name()
    try:
        kind, rclass, ttl, length = _RECORD.unpack_from(wire.data, wire.offset)
    except struct.error:
        raise DNSError("the message ends within a record") from None
    wire.offset += 10
    end = wire.offset + length
    if end > len(wire.data):
        raise DNSError(f"a record of {length} octets at offset {wire.offset} passes the end")
    return name, kind, rclass, ttl, end


def _read_data(wire: WireReader, kind: int, rclass: int, end: int) -> RData:
    reader = READERS.get(kind) if rclass == codes.IN else None
    if reader is None:
        return Unknown(kind, wire.take(end - wire.offset, end))
    data = reader(wire, end)
    if wire.offset != end:
        kind_text = codes.type_text(kind)
        raise DNSError(f"the {kind_text} record ends at {wire.offset}; its length says {end}")
    return data


def _read_records(wire: WireReader, count: int) -> tuple[Record, ...]:
    found = []
    for _ in range(count):
        name, kind, rclass, ttl, end = _read_fixed(wire)
        if kind == codes.OPT:
            raise DNSError("an OPT record belongs to the additional section")
        data = _read_data(wire, kind, rclass, end)
        found.append(Record(name, ttl if ttl <= TTL_MOST else 0, data, rclass))
    return tuple(found)


def _read_additionals(wire: WireReader, count: int) -> tuple[tuple[Record, ...], Edns | None, int]:
    """The records, what an OPT record among them says, and the high bits of the response code."""
    found = []
    edns, high = None, 0
    for _ in range(count):
        name, kind, rclass, ttl, end = _read_fixed(wire)
        if kind == codes.OPT:
            if edns is not None:
                raise DNSError("a second OPT record")
            if name != ROOT:
                raise DNSError(f"the name of an OPT record is the root; got {name}")
            high = ttl >> 24
            edns = Edns(rclass, ttl >> 16 & 255, ttl & DO != 0, _read_options(wire, end))
        else:
            data = _read_data(wire, kind, rclass, end)
            found.append(Record(name, ttl if ttl <= TTL_MOST else 0, data, rclass))
    return tuple(found), edns, high


def _read_options(wire: WireReader, end: int) -> tuple[tuple[int, bytes], ...]:
    options = []
    while wire.offset < end:
        code, length = _QUESTION.unpack(wire.take(4, end))
        options.append((code, wire.take(length, end)))
    return tuple(options)


# --8<-- [start:encode]
def encode(message: Message, compress: bool = True) -> bytes:
    """The octets of a message.

    Args:
        message: what to say.
        compress: whether names that occur again become pointers (RFC 1035 section 4.1.4).

    Raises:
        DNSError: a number or a string has no room in its field, or the message has more than
            65,535 octets.
    """
    data = _octets(message, compress)
    if len(data) > MESSAGE_SIZE:
        raise DNSError(f"a message has at most {MESSAGE_SIZE} octets; got {len(data)}")
    return data


# --8<-- [end:encode]
def _octets(message: Message, compress: bool = True) -> bytes:
    out = WireWriter(compress)
    flags = (
        message.response * QR
        | message.opcode << 11
        | message.authoritative * AA
        | message.truncated * TC
        | message.recursion_desired * RD
        | message.recursion_available * RA
        | message.authentic * AD
        | message.checking_disabled * CD
        | message.rcode & 15
    )
    edns = message.edns
    if not 0 <= message.rcode <= (15 if edns is None else 4_095):
        raise DNSError(f"the response code {message.rcode} has no room; above 15 it needs EDNS")
    if not 0 <= message.opcode <= 15:
        raise DNSError(f"an opcode is at most 15; got {message.opcode}")
    try:
        out.data += _HEADER.pack(
            message.id,
            flags,
            len(message.questions),
            len(message.answers),
            len(message.authorities),
            len(message.additionals) + (edns is not None),
        )
        for question in message.questions:
            out.name(question.name)
            out.data += _QUESTION.pack(question.type, question.rclass)
        for section in (message.answers, message.authorities, message.additionals):
            for record in section:
                _write_record(out, record)
        if edns is not None:
            _write_edns(out, edns, message.rcode >> 4)
    except DNSError:
        raise
    except (struct.error, ValueError) as error:
        raise DNSError(f"a number has no room in its field: {error}") from None
    return bytes(out.data)


def _write_record(out: WireWriter, record: Record) -> None:
    out.name(record.name)
    data = record.data
    out.data += _RECORD.pack(data.type, record.rclass, record.ttl, 0)
    begin = len(out.data)
    data.write(out)
    U16.pack_into(out.data, begin - 2, len(out.data) - begin)


def _write_edns(out: WireWriter, edns: Edns, high: int) -> None:
    octets = b"".join(_QUESTION.pack(code, len(option)) + option for code, option in edns.options)
    if not 0 <= edns.version <= 255:
        raise DNSError(f"a version of EDNS is at most 255; got {edns.version}")
    flags = high << 24 | edns.version << 16 | edns.dnssec * DO
    out.name(ROOT)
    out.data += _RECORD.pack(codes.OPT, edns.payload, flags, len(octets))
    out.data += octets


# --8<-- [start:encode_within]
def encode_within(message: Message, size: int) -> bytes:
    """The octets of a message that has no more room than this.

    First the additional section goes, which nobody has asked for. A referral keeps it, since the
    addresses in it may be the only way on (RFC 9471). If that is not enough, all records
    go and the message says that it is truncated: half of an answer is none (RFC 2181 section 9).

    Args:
        message: what to say.
        size: octets, at least 512.

    Raises:
        DNSError: as `encode`, or not even the question has room.
    """
    data = _octets(message)
    if len(data) <= size:
        return data
    if message.additionals and (message.answers or message.authoritative):
        message = replace(message, additionals=())
        data = _octets(message)
        if len(data) <= size:
            return data
    empty = replace(message, truncated=True, answers=(), authorities=(), additionals=())
    data = _octets(empty)
    if len(data) > size:
        raise DNSError(f"not even the question has room in {size} octets")
    return data


# --8<-- [end:encode_within]
