"""What records hold, a class for each type: as octets and as the text of a zone file.

The types of RFC 1035 (A, NS, CNAME, SOA, PTR, MX, TXT), AAAA (RFC 3596), SRV (RFC 2782) and CAA
(RFC 8659); every other type is kept as octets (RFC 3597).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from struct import Struct
from typing import ClassVar, Protocol, Self

from onthewire.dns import codes
from onthewire.dns.errors import DNSError
from onthewire.dns.names import Name, unescaped, zone_name
from onthewire.dns.wire import U16, WireReader, WireWriter

STRING_SIZE = 255
"""Octets of a character string, which has its length in one octet (RFC 1035 section 3.3)."""


class RData(Protocol):
    """What a record holds.

    Each class also reads itself, from octets with `read` and from the fields of a zone file with
    `parse`; both raise DNSError where that cannot be done.
    """

    @property
    def type(self) -> int:
        """The number of its type."""

    def write(self, out: WireWriter) -> None:
        """Write it as octets, without the length before it."""


class _Typed:
    """Base of the classes whose type is known."""

    type: ClassVar[int]
    __slots__ = ()


@dataclass(frozen=True, slots=True)
class A(_Typed):
    """An IPv4 address (RFC 1035 section 3.4.1)."""

    address: IPv4Address
    type: ClassVar[int] = codes.A

    @classmethod
    def read(cls, wire: WireReader, end: int) -> Self:
        return cls(IPv4Address(wire.take(4, end)))

    def write(self, out: WireWriter) -> None:
        out.data += self.address.packed

    @classmethod
    def parse(cls, fields: Sequence[str], _origin: Name | None) -> Self:
        (text,) = _exactly(fields, "an IPv4 address")
        try:
            return cls(IPv4Address(text))
        except AddressValueError:
            raise DNSError(f"{text!a} is no IPv4 address") from None

    def __str__(self) -> str:
        return str(self.address)


@dataclass(frozen=True, slots=True)
class AAAA(_Typed):
    """An IPv6 address (RFC 3596 section 2.2)."""

    address: IPv6Address
    type: ClassVar[int] = codes.AAAA

    @classmethod
    def read(cls, wire: WireReader, end: int) -> Self:
        return cls(IPv6Address(wire.take(16, end)))

    def write(self, out: WireWriter) -> None:
        out.data += self.address.packed

    @classmethod
    def parse(cls, fields: Sequence[str], _origin: Name | None) -> Self:
        (text,) = _exactly(fields, "an IPv6 address")
        try:
            address = IPv6Address(text)
        except AddressValueError:
            raise DNSError(f"{text!a} is no IPv6 address") from None
        if address.scope_id is not None:
            raise DNSError(f"{text!a} has a scope, which means nothing to others")
        return cls(address)

    def __str__(self) -> str:
        return str(self.address)


@dataclass(frozen=True, slots=True)
class _OneName(_Typed):
    target: Name

    @classmethod
    def read(cls, wire: WireReader, _end: int) -> Self:
        return cls(wire.name())

    def write(self, out: WireWriter) -> None:
        out.name(self.target)

    @classmethod
    def parse(cls, fields: Sequence[str], origin: Name | None) -> Self:
        (text,) = _exactly(fields, "a name")
        return cls(zone_name(text, origin))

    def __str__(self) -> str:
        return str(self.target)


@dataclass(frozen=True, slots=True)
class NS(_OneName):
    """The name of a server for the zone that begins here (RFC 1035 section 3.3.11)."""

    type: ClassVar[int] = codes.NS


@dataclass(frozen=True, slots=True)
class CNAME(_OneName):
    """The name that this one is another name for (RFC 1035 section 3.3.1)."""

    type: ClassVar[int] = codes.CNAME


@dataclass(frozen=True, slots=True)
class PTR(_OneName):
    """A name that is pointed to, mostly that of an address (RFC 1035 section 3.3.12)."""

    type: ClassVar[int] = codes.PTR


@dataclass(frozen=True, slots=True)
class MX(_Typed):
    """Where mail is to be delivered; the lowest preference first (RFC 1035 section 3.3.9)."""

    preference: int
    exchange: Name
    type: ClassVar[int] = codes.MX

    @classmethod
    def read(cls, wire: WireReader, end: int) -> Self:
        return cls(int.from_bytes(wire.take(2, end), "big"), wire.name())

    def write(self, out: WireWriter) -> None:
        out.data += U16.pack(self.preference)
        out.name(self.exchange)

    @classmethod
    def parse(cls, fields: Sequence[str], origin: Name | None) -> Self:
        preference, exchange = _exactly(fields, "a preference", "a name")
        return cls(number(preference, 2), zone_name(exchange, origin))

    def __str__(self) -> str:
        return f"{self.preference} {self.exchange}"


@dataclass(frozen=True, slots=True)
class SRV(_Typed):
    """Where a service is: host and port (RFC 2782). Its name is never compressed."""

    priority: int
    weight: int
    port: int
    target: Name
    type: ClassVar[int] = codes.SRV
    _numbers: ClassVar[Struct] = Struct("!HHH")

    @classmethod
    def read(cls, wire: WireReader, end: int) -> Self:
        priority, weight, port = cls._numbers.unpack(wire.take(6, end))
        return cls(priority, weight, port, wire.name())

    def write(self, out: WireWriter) -> None:
        out.data += self._numbers.pack(self.priority, self.weight, self.port)
        out.name(self.target, compress=False)

    @classmethod
    def parse(cls, fields: Sequence[str], origin: Name | None) -> Self:
        *numbers, target = _exactly(fields, "a priority", "a weight", "a port", "a name")
        priority, weight, port = (number(text, 2) for text in numbers)
        return cls(priority, weight, port, zone_name(target, origin))

    def __str__(self) -> str:
        return f"{self.priority} {self.weight} {self.port} {self.target}"


@dataclass(frozen=True, slots=True)
class SOA(_Typed):
    """The start of a zone: who runs it, and its times (RFC 1035 section 3.3.13).

    Attributes:
        primary: the server where the zone is edited.
        mailbox: of the person responsible; its first label is the part before the @.
        serial: grows with each change.
        refresh, retry, expire: seconds, for servers that copy the zone.
        minimum: seconds that "there is none" may be remembered (RFC 2308 section 4).
    """

    primary: Name
    mailbox: Name
    serial: int
    refresh: int
    retry: int
    expire: int
    minimum: int
    type: ClassVar[int] = codes.SOA
    _numbers: ClassVar[Struct] = Struct("!IIIII")

    @classmethod
    def read(cls, wire: WireReader, end: int) -> Self:
        return cls(wire.name(), wire.name(), *cls._numbers.unpack(wire.take(20, end)))

    def write(self, out: WireWriter) -> None:
        out.name(self.primary)
        out.name(self.mailbox)
        out.data += self._numbers.pack(
            self.serial, self.refresh, self.retry, self.expire, self.minimum
        )

    @classmethod
    def parse(cls, fields: Sequence[str], origin: Name | None) -> Self:
        primary, mailbox, serial, *times = _exactly(
            fields, "a name", "a mailbox", "serial", "refresh", "retry", "expire", "minimum"
        )
        refresh, retry, expire, minimum = map(seconds, times)
        return cls(
            zone_name(primary, origin),
            zone_name(mailbox, origin),
            number(serial, 4),
            refresh,
            retry,
            expire,
            minimum,
        )

    def __str__(self) -> str:
        return (
            f"{self.primary} {self.mailbox} "
            f"{self.serial} {self.refresh} {self.retry} {self.expire} {self.minimum}"
        )


@dataclass(frozen=True, slots=True)
class TXT(_Typed):
    """Strings of up to 255 octets each, at least one (RFC 1035 section 3.3.14)."""

    strings: tuple[bytes, ...]
    type: ClassVar[int] = codes.TXT

    @classmethod
    def read(cls, wire: WireReader, end: int) -> Self:
        strings = [_read_string(wire, end)]
        while wire.offset < end:
            strings.append(_read_string(wire, end))
        return cls(tuple(strings))

    def write(self, out: WireWriter) -> None:
        if not self.strings:
            raise DNSError("a TXT record has at least one string; it may be empty")
        for string in self.strings:
            out.data += _string(string)

    @classmethod
    def parse(cls, fields: Sequence[str], _origin: Name | None) -> Self:
        if not fields:
            raise DNSError("at least one string is missing")
        return cls(tuple(octets(text) for text in fields))

    def __str__(self) -> str:
        return " ".join(map(quoted, self.strings))


@dataclass(frozen=True, slots=True)
class CAA(_Typed):
    """Who may issue certificates for this name (RFC 8659 section 4.1)."""

    flags: int
    tag: bytes
    value: bytes
    type: ClassVar[int] = codes.CAA

    @classmethod
    def read(cls, wire: WireReader, end: int) -> Self:
        (flags,) = wire.take(1, end)
        tag = _read_string(wire, end)
        _check_tag(tag)
        return cls(flags, tag, wire.take(end - wire.offset, end))

    def write(self, out: WireWriter) -> None:
        _check_tag(self.tag)
        out.data.append(self.flags)
        out.data += _string(self.tag)
        out.data += self.value

    @classmethod
    def parse(cls, fields: Sequence[str], _origin: Name | None) -> Self:
        flags, tag, value = _exactly(fields, "flags", "a tag", "a value")
        _check_tag(octets(tag))
        return cls(number(flags, 1), octets(tag), octets(value))

    def __str__(self) -> str:
        return f"{self.flags} {self.tag.decode('ascii')} {quoted(self.value)}"


@dataclass(frozen=True, slots=True)
class Unknown:
    """The octets of a record whose type or class has no class here (RFC 3597)."""

    type: int
    data: bytes

    def write(self, out: WireWriter) -> None:
        out.data += self.data

    def __str__(self) -> str:
        return f"\\# {len(self.data)} {self.data.hex()}".rstrip()


_KNOWN = (A, AAAA, NS, CNAME, PTR, MX, SRV, SOA, TXT, CAA)
READERS = {known.type: known.read for known in _KNOWN}
"""What reads the octets of a record, by its type, in the class IN."""

PARSERS = {known.type: known.parse for known in _KNOWN}
"""What reads the fields of a zone file, by type."""


def from_octets(kind: int, data: bytes) -> RData:
    """What a record of this type holds, from its octets alone.

    Raises:
        DNSError: the type is known, and these are not octets of it.
    """
    reader = READERS.get(kind)
    if reader is None:
        return Unknown(kind, data)
    wire = WireReader(data)
    found = reader(wire, len(data))
    if wire.offset != len(data):
        raise DNSError(f"{len(data) - wire.offset} octets too many")
    return found


def number(text: str, size: int) -> int:
    """A decimal number that has room in so many octets.

    Raises:
        DNSError: the text is something else.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) < 256**size):
        raise DNSError(f"a number from 0 to {256**size - 1} is expected; got {text!a}")
    return int(text)


UNITS = {"": 1, "S": 1, "M": 60, "H": 3_600, "D": 86_400, "W": 604_800}

_TIME = re.compile("[0-9]{1,10}|(?:[0-9]{1,10}[smhdw]){1,5}", re.IGNORECASE)
_TIME_PART = re.compile("([0-9]+)([smhdw]?)", re.IGNORECASE)

SECONDS_MOST = 2**31 - 1
"""The longest time that a TTL can tell (RFC 2181 section 8)."""


def seconds(text: str) -> int:
    """A time: seconds, or numbers with units as in `1h30m`, which most servers understand.

    Raises:
        DNSError: the text is no time, or a time of more than 2,147,483,647 seconds.
    """
    if _TIME.fullmatch(text):
        parts = _TIME_PART.findall(text)
        total = sum(int(digits) * UNITS[unit.upper()] for digits, unit in parts)
        if total <= SECONDS_MOST:
            return total
    raise DNSError(f"a time is a number of seconds, or like 1h30m; got {text!a}")


def octets(text: str) -> bytes:
    """The octets that a text of a zone file stands for.

    Raises:
        DNSError: an escape is wrong, or a character is not ASCII.
    """
    found, position = bytearray(), 0
    while position < len(text):
        octet, position = unescaped(text, position)
        found.append(octet)
    return bytes(found)


def quoted(string: bytes) -> str:
    """A string as zone files have it, in quotes."""
    inner = "".join(
        f"\\{octet:c}"
        if octet in b'"\\'
        else chr(octet)
        if 0x20 <= octet <= 0x7E
        else f"\\{octet:03}"
        for octet in string
    )
    return f'"{inner}"'


def _string(string: bytes) -> bytes:
    if len(string) > STRING_SIZE:
        raise DNSError(f"a string has at most {STRING_SIZE} octets; got {len(string)}")
    return bytes([len(string)]) + string


def _read_string(wire: WireReader, end: int) -> bytes:
    (length,) = wire.take(1, end)
    return wire.take(length, end)


def _check_tag(tag: bytes) -> None:
    if not (tag.isascii() and tag.isalnum() and len(tag) <= STRING_SIZE):
        raise DNSError(f"a tag has 1 to 255 letters and digits; got {tag!r}")


def _exactly(fields: Sequence[str], *expected: str) -> Sequence[str]:
    if len(fields) != len(expected):
        raise DNSError(f"{', '.join(expected)} expected; got {len(fields)} fields")
    return fields
