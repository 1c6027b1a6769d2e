"""Domain names: labels of 1 to 63 octets, 255 octets in all (RFC 1035 section 2.3.4).

A name is kept as it stands in a message that is not compressed: each label behind an octet with
its length, and an empty label, the root, at the end (RFC 1035 section 3.1). Letters keep their case
and are compared without it (RFC 4343). A length is at most 63 and so never a letter, therefore the
whole can be put into lower case at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from onthewire.dns.errors import DNSError

NAME_SIZE = 255
"""Octets of a name, its lengths and the root among them (RFC 1035 section 2.3.4)."""

LABEL_SIZE = 63
"""Octets of a label: the two highest bits of a length mark a pointer (RFC 1035 section 4.1.4)."""

_SPECIAL = frozenset(b'.\\"();@$')


# --8<-- [start:Name]
class Name:
    """A domain name that ends at the root; equal to others without regard to case.

    Args:
        labels: from the left to the right, without the empty one of the root.

    Raises:
        DNSError: a label is empty or too long, or the name is.
    """

    __slots__ = ("wire",)

    wire: bytes
    """The name as it stands in a message that is not compressed."""

    def __init__(self, labels: Iterable[bytes] = ()) -> None:
        wire = bytearray()
        for label in labels:
            if not 0 < len(label) <= LABEL_SIZE:
                raise DNSError(f"a label has 1 to {LABEL_SIZE} octets; got {len(label)}")
            wire.append(len(label))
            wire += label
        wire.append(0)
        if len(wire) > NAME_SIZE:
            raise DNSError(f"a name has at most {NAME_SIZE} octets; got {len(wire)}")
        self.wire = bytes(wire)

    @classmethod
    def of_wire(cls, wire: bytes) -> Name:
        """A name from octets that are known to be one: nothing is checked."""
        name = cls.__new__(cls)
        name.wire = wire
        return name

    @classmethod
    def parse(cls, text: str, origin: Name | None = None) -> Name:
        """The name that a text means, such as `www.example.` (RFC 1035 section 5.1).

        Args:
            text: `\\.` stands for a dot in a label, `\\065` for the octet with this number, `@`
                for the origin itself. Other characters than those of ASCII are not allowed:
                international names are written in their `xn--` form (RFC 5890).
            origin: is put behind a name that has no dot at its end. Without it, such a name is
                taken as complete.

        Raises:
            DNSError: the text is no name.
        """
        if text == "@" and origin is not None:
            return origin
        if text == ".":
            return cls()
        labels, complete = _split(text)
        if not complete and origin is not None:
            labels.extend(origin.labels)
        return cls(labels)

    @property
    def labels(self) -> tuple[bytes, ...]:
        """The labels from the left to the right, without the empty one of the root."""
        wire, labels, start = self.wire, [], 0
        while length := wire[start]:
            labels.append(wire[start + 1 : start + 1 + length])
            start += 1 + length
        return tuple(labels)

    @property
    def key(self) -> bytes:
        """Octets that are the same for equal names."""
        return self.wire.lower()

    @property
    def parent(self) -> Name:
        """The name without its first label; the root's parent is the root."""
        length = self.wire[0]
        return Name.of_wire(self.wire[length + 1 :]) if length else self

    def ancestors(self) -> Iterator[Name]:
        """The name itself, its parent, and so on; the root comes last."""
        wire, start = self.wire, 0
        while True:
            yield Name.of_wire(wire[start:])
            if not wire[start]:
                return
            start += 1 + wire[start]

    def is_within(self, zone: Name) -> bool:
        """Whether this is the other name, or a name below it."""
        wire, wanted, start = self.key, zone.key, 0
        while len(wire) - start > len(wanted):
            start += 1 + wire[start]
        return wire[start:] == wanted

    def __eq__(self, other: object) -> bool:
        return self.wire.lower() == other.wire.lower() if isinstance(other, Name) else False

    def __hash__(self) -> int:
        return hash(self.wire.lower())

    def __str__(self) -> str:
        return "".join(label_text(label) + "." for label in self.labels) or "."

    def __repr__(self) -> str:
        return f"Name({str(self)!r})"


# --8<-- [end:Name]
ROOT = Name()


def label_text(label: bytes) -> str:
    """A label as zone files have it, with what is special behind a `\\`."""
    return "".join(
        f"\\{octet:03}"
        if not 0x21 <= octet <= 0x7E
        else f"\\{octet:c}"
        if octet in _SPECIAL
        else chr(octet)
        for octet in label
    )


def _split(text: str) -> tuple[list[bytes], bool]:
    """The labels of a text, and whether it ends with a dot."""
    labels: list[bytes] = []
    label = bytearray()
    position = 0
    while position < len(text):
        character = text[position]
        if character == ".":
            if not label:
                raise DNSError(f"{text!a} has an empty label")
            labels.append(bytes(label))
            label.clear()
            position += 1
            continue
        octet, position = unescaped(text, position)
        label.append(octet)
    if label:
        labels.append(bytes(label))
    elif not labels:
        raise DNSError("a name is missing; the root is written as a single dot")
    return labels, not label


def zone_name(text: str, origin: Name | None) -> Name:
    """A name of a zone file (RFC 1035 section 5.1).

    Args:
        text: as `Name.parse` takes it.
        origin: is put behind a name that has no dot at its end.

    Raises:
        DNSError: the text is no name, or has no dot at its end and there is no origin.
    """
    if origin is None and text != "." and (text == "@" or not _split(text)[1]):
        raise DNSError(f"{text!a} has no dot at its end, and there is no $ORIGIN above")
    return Name.parse(text, origin)


def unescaped(text: str, position: int) -> tuple[int, int]:
    """The octet that a character or an escape stands for, and the position behind it.

    Raises:
        DNSError: the escape is not one of RFC 1035 section 5.1, or the character is not ASCII.
    """
    character = text[position]
    if character == "\\":
        digits = text[position + 1 : position + 4]
        if digits[:1].isascii() and digits[:1].isdecimal():
            if not (len(digits) == 3 and digits.isascii() and digits.isdecimal()):
                raise DNSError(f"{text!a}: three digits belong behind \\; got {digits!a}")
            if int(digits) > 255:
                raise DNSError(f"{text!a}: no octet has the number {digits}")
            return int(digits), position + 4
        position += 1
        if position == len(text):
            raise DNSError(f"{text!a} ends with a \\")
        character = text[position]
    if ord(character) > 127:
        raise DNSError(f"{text!a} has {character!a}; write international names as xn-- labels")
    return ord(character), position + 1
