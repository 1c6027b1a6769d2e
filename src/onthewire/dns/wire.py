"""The octets of a message: a reader and a writer that know names and their compression.

A name may end with a pointer: two octets whose two highest bits are set, and whose others are the
offset of a name that stands earlier in the message (RFC 1035 section 4.1.4). Read carelessly, two
pointers to each other are a loop without end. Here a pointer has to lead to an offset before the
one where the labels began that it ends, so each jump leads further back. What was found there is
remembered, so a chain of pointers is followed once, however many names end with it.
"""

from __future__ import annotations

from struct import Struct

from onthewire.dns.errors import DNSError
from onthewire.dns.names import LABEL_SIZE, NAME_SIZE, Name

POINTER = 0xC0
"""The two bits that make a pointer of a length; one of them alone means nothing."""

POINTER_REACH = 0x4000
"""Offsets from here on have no room in the 14 bits of a pointer."""

U16 = Struct("!H")


# --8<-- [start:WireReader]
class WireReader:
    """Reads a message from its first octet to its last, and jumps back only for pointers.

    Args:
        data: the whole message.
        offset: of the octet that is read next.
    """

    __slots__ = ("_known", "data", "offset")

    def __init__(self, data: bytes, offset: int = 0) -> None:
        self.data = data
        self.offset = offset
        self._known: dict[int, Name] = {}

    def take(self, size: int, end: int) -> bytes:
        """The next octets, all of them.

        Args:
            size: how many.
            end: the offset that they may not pass.

        Raises:
            DNSError: there are not that many.
        """
        start = self.offset
        stop = start + size
        if stop > end or end > len(self.data):
            raise DNSError(f"{size} octets are needed at offset {start}; {end - start} are there")
        self.offset = stop
        return self.data[start:stop]

    # --8<-- [start:read_name]
    def name(self) -> Name:
        """The next name, with what its pointers lead to.

        Raises:
            DNSError: the name is cut off, is too long, has a length of a kind that does not exist,
                or a pointer that does not lead back.
        """
        data, known = self.data, self._known
        begin = start = offset = self.offset
        jumps: list[tuple[int, bytes]] = []
        size = 0
        try:
            while True:
                length = data[offset]
                if length <= LABEL_SIZE:
                    offset += 1 + length
                    if length:
                        continue
                    found = Name.of_wire(data[start:offset])
                    known[start] = found
                    break
                if length < POINTER:
                    raise DNSError(f"no label begins with {length:#04x}, at offset {offset}")
                target = (length & ~POINTER) << 8 | data[offset + 1]
                if target >= start:
                    raise DNSError(f"the pointer at offset {offset} leads to {target}, not back")
                if not jumps:
                    self.offset = offset + 2
                jumps.append((target, data[start:offset]))
                size += offset - start
                if size >= NAME_SIZE:
                    raise DNSError(f"a name of more than {NAME_SIZE} octets at offset {begin}")
                if target in known:
                    found = known[target]
                    break
                start = offset = target
        except IndexError:
            raise DNSError(f"the message ends within the name at offset {begin}") from None
        if not jumps:
            self.offset = offset
        if size + len(found.wire) > NAME_SIZE:
            raise DNSError(f"a name of more than {NAME_SIZE} octets at offset {begin}")
        for target, labels in reversed(jumps):
            known[target] = found
            if labels:
                found = Name.of_wire(labels + found.wire)
        return found

    # --8<-- [end:read_name]


# --8<-- [end:WireReader]
# --8<-- [start:WireWriter]
class WireWriter:
    """Writes a message and remembers where each name stands, for pointers to it.

    Args:
        compress: whether names that were written before become pointers.
    """

    __slots__ = ("_compress", "_pointers", "data")

    def __init__(self, compress: bool = True) -> None:
        self.data = bytearray()
        self._compress = compress
        self._pointers: dict[bytes, bytes] = {}

    def name(self, name: Name, compress: bool = True) -> None:
        """Write a name, or its first labels and a pointer to the rest.

        Names become pointers only to the same letters in the same case, so what is read is what
        was written.

        Args:
            name: the name.
            compress: False where pointers are not allowed: in records of types that are younger
                than RFC 1035 (RFC 3597 section 4).
        """
        wire, data, pointers = name.wire, self.data, self._pointers
        if not (compress and self._compress):
            data += wire
            return
        here, position = len(data), 0
        while length := wire[position]:
            rest = wire[position:]
            if rest in pointers:
                data += wire[:position]
                data += pointers[rest]
                return
            if here + position < POINTER_REACH:
                pointers[rest] = U16.pack(POINTER << 8 | here + position)
            position += 1 + length
        data += wire


# --8<-- [end:WireWriter]
