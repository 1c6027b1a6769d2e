"""Zone files: records as text (RFC 1035 section 5), with `$TTL` (RFC 2308 section 4).

What is left out: `$INCLUDE`, which would read other files, and `$GENERATE`, which is of one server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from onthewire.dns import codes
from onthewire.dns.errors import DNSError, ZoneError
from onthewire.dns.message import Record
from onthewire.dns.names import Name, zone_name
from onthewire.dns.records import PARSERS, RData, from_octets, number, seconds
from onthewire.dns.zone import Zone

_TOKEN = re.compile(
    r"""(?P<blank>[ \t\r]+) | (?P<comment>;.*) | "(?P<quoted>(?:[^"\\]|\\.)*)" | (?P<bracket>[()])
    | (?P<word>(?:[^\s;()"\\]|\\.)+)""",
    re.VERBOSE,
)

_GENERIC = "\\#"
"""Stands before the length and the octets of any record (RFC 3597 section 5)."""

_CLASSES = ("IN", "CH", "HS")
_NO_RECORDS = (codes.OPT, codes.IXFR, codes.AXFR, codes.ANY)


class Field(NamedTuple):
    """A word of a zone file, or a string in quotes, without them."""

    text: str
    quoted: bool


@dataclass(slots=True)
class Entry:
    """What belongs together: a line, or several where parentheses hold them together.

    Attributes:
        line: number of the first line, from 1.
        indented: whether it begins with a blank, and so belongs to the last name.
        fields: what stands in it.
    """

    line: int
    indented: bool
    fields: list[Field]


def entries(text: str) -> Iterator[Entry]:
    """The entries of a zone file, without comments and empty lines.

    Raises:
        ZoneError: quotes or parentheses are not closed.
    """
    entry = Entry(1, False, [])
    depth = 0
    for count, line in enumerate(text.split("\n"), 1):
        if depth == 0:
            entry = Entry(count, line[:1] in (" ", "\t"), [])
        position = 0
        while position < len(line):
            found = _TOKEN.match(line, position)
            if found is None:
                raise ZoneError(f"not closed, or nothing behind it: {line[position:]!a}", count)
            position = found.end()
            if found.lastgroup == "bracket":
                depth += 1 if found[0] == "(" else -1
                if depth < 0:
                    raise ZoneError("a parenthesis is closed that was not opened", count)
            elif found.lastgroup in ("word", "quoted"):
                quoted = found.lastgroup == "quoted"
                entry.fields.append(Field(found[found.lastgroup], quoted))
        if depth == 0 and entry.fields:
            yield entry
    if depth:
        raise ZoneError("a parenthesis is not closed", entry.line)


class _Reader:
    """What the lines of a zone file leave for those below them."""

    def __init__(self, origin: Name | None) -> None:
        self.origin = origin
        self.owner: Name | None = None
        self.ttl: int | None = None
        self.last_ttl: int | None = None

    def read(self, entry: Entry) -> Record | None:
        """The record of an entry; None for a directive.

        Raises:
            DNSError: the entry is neither.
        """
        fields = list(entry.fields)
        if not entry.indented:
            first = fields.pop(0)
            if first.text.startswith("$") and not first.quoted:
                self._directive(first.text, fields)
                return None
            self.owner = zone_name(first.text, self.origin)
        if self.owner is None:
            raise DNSError("the first record has no name; a blank stands for the name before")
        ttl = self._ttl_and_class(fields)
        if not fields:
            raise DNSError("the type of the record is missing")
        data = self._data(codes.type_number(fields.pop(0).text), fields)
        return Record(self.owner, ttl, data)

    def _directive(self, name: str, fields: list[Field]) -> None:
        words = [field.text for field in fields]
        match name.upper(), words:
            case "$ORIGIN", [text]:
                self.origin = zone_name(text, self.origin)
            case "$TTL", [text]:
                self.ttl = seconds(text)
            case (("$ORIGIN" | "$TTL"), _):
                raise DNSError(f"{name.upper()} has one value; got {len(words)}")
            case _:
                raise DNSError(f"{name!a} is unknown; $ORIGIN and $TTL are known here")

    def _ttl_and_class(self, fields: list[Field]) -> int:
        """Take TTL and class away, which may come in either order; the TTL."""
        ttl = None
        rclass = None
        while fields and not fields[0].quoted:
            text = fields[0].text
            if ttl is None and text[0].isdecimal():
                ttl = seconds(text)
            elif rclass is None and text.upper() in _CLASSES:
                rclass = codes.class_number(text)
            else:
                break
            fields.pop(0)
        if rclass not in (None, codes.IN):
            raise DNSError("the class of all records here is IN")
        if ttl is not None:
            self.last_ttl = ttl
            return ttl
        # RFC 2308 section 4 puts $TTL in the place of the last TTL (RFC 1035 section 5.1).
        known = self.last_ttl if self.ttl is None else self.ttl
        if known is None:
            raise DNSError("the record has no TTL, and there is no $TTL above")
        return known

    def _data(self, kind: int, fields: list[Field]) -> RData:
        if kind in _NO_RECORDS:
            raise DNSError(f"{codes.type_text(kind)} is a type of questions, not of records")
        texts = [field.text for field in fields]
        if texts and texts[0] == _GENERIC and not fields[0].quoted:
            return _generic(kind, texts[1:])
        parser = PARSERS.get(kind)
        if parser is None:
            name = codes.type_text(kind)
            raise DNSError(f"the fields of {name} are not known here; write \\# LENGTH HEX")
        return parser(texts, self.origin)


def _generic(kind: int, texts: list[str]) -> RData:
    if not texts:
        raise DNSError("behind \\# the number of octets is missing")
    size = number(texts[0], 2)
    try:
        data = bytes.fromhex("".join(texts[1:]))
    except ValueError:
        raise DNSError("behind \\# and the length, two digits of base 16 an octet") from None
    if len(data) != size:
        raise DNSError(f"{size} octets are announced and {len(data)} are given")
    return from_octets(kind, data)


def _numbered(text: str, origin: Name | None) -> Iterator[tuple[int, Record]]:
    reader = _Reader(origin)
    for entry in entries(text):
        try:
            record = reader.read(entry)
        except DNSError as error:
            raise ZoneError(str(error), entry.line) from None
        if record is not None:
            yield entry.line, record


def read_records(text: str, origin: Name | None = None) -> Iterator[Record]:
    """The records of a zone file, in its order.

    Args:
        text: of the file.
        origin: is put behind names without a dot at their end, until `$ORIGIN` says otherwise.

    Raises:
        ZoneError: a line is wrong; the error tells which.
    """
    return (record for _, record in _numbered(text, origin))


# --8<-- [start:read_zone]
def read_zone(text: str, origin: Name | None = None) -> Zone:
    """The zone that a zone file describes.

    Args:
        text: of the file.
        origin: is put behind names without a dot at their end, until `$ORIGIN` says otherwise.

    Raises:
        ZoneError: a line is wrong, or the records make no zone; the error tells where.
    """
    numbered = list(_numbered(text, origin))
    beginnings = [(line, record) for line, record in numbered if record.type == codes.SOA]
    if not beginnings:
        raise ZoneError("the zone has no SOA record")
    zone = Zone(beginnings[0][1])
    for line, record in numbered:
        try:
            zone.add(record)
        except ZoneError as error:
            raise ZoneError(str(error), line) from None
    zone.check()
    return zone


# --8<-- [end:read_zone]
