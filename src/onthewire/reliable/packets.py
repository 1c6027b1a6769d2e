"""The datagrams of a reliable transfer: 16 octets of header, then the content::

    version  kind   room   transfer  number  check   content
    1        1      2      4         4       4       up to 1,184 octets

All numbers are unsigned, the most significant octet first. `number` counts packets modulo 2**32,
as the sequence numbers of TCP count octets (RFC 9293 section 3.4), and the first packet of a
transfer has the number of the transfer, which its sender chooses at random: so datagrams of an
earlier transfer are not taken for those of this one. `check` is a CRC-32 of all other octets.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

VERSION = 1
DATA, END, ACK = 1, 2, 3

HEADER = struct.Struct("!BBHII")
CHECK = struct.Struct("!I")
HEADER_SIZE = HEADER.size + CHECK.size

DATAGRAM_LIMIT = 1_200
"""Octets of a datagram: with the headers of UDP and IPv6 it fits into the 1,280 octets that every
path of IPv6 carries (RFC 8200 section 5)."""

CONTENT_LIMIT = DATAGRAM_LIMIT - HEADER_SIZE

NUMBERS = 2**32


@dataclass(frozen=True, slots=True)
class Packet:
    """A datagram that is whole and undamaged.

    Attributes:
        kind: DATA, END (no more comes) or ACK.
        transfer: which transfer it belongs to, and the number of that transfer's first packet.
        number: of the packet; in an ACK, of the packet that is expected next.
        room: in an ACK, how many packets from `number` on the receiver has room for.
        content: octets of the stream; in an ACK, a bit for each packet behind `number` that has
            arrived, the first in the most significant bit.
    """

    kind: int
    transfer: int
    number: int
    room: int = 0
    content: bytes = b""


# --8<-- [start:encode]
def encode(packet: Packet) -> bytes:
    """The octets of a packet."""
    header = HEADER.pack(VERSION, packet.kind, packet.room, packet.transfer, packet.number)
    return header + CHECK.pack(zlib.crc32(packet.content, zlib.crc32(header))) + packet.content


# --8<-- [end:encode]
# --8<-- [start:decode]
def decode(datagram: bytes) -> Packet | None:
    """The packet in a datagram; None for anything else, of which nothing is believed."""
    if not HEADER_SIZE <= len(datagram) <= DATAGRAM_LIMIT:
        return None
    header, content = datagram[: HEADER.size], datagram[HEADER_SIZE:]
    version, kind, room, transfer, number = HEADER.unpack(header)
    (check,) = CHECK.unpack_from(datagram, HEADER.size)
    if version != VERSION or kind not in (DATA, END, ACK):
        return None
    if check != zlib.crc32(content, zlib.crc32(header)) or (kind == DATA and not content):
        return None
    return Packet(kind, transfer, number, room, content)


# --8<-- [end:decode]
# --8<-- [start:position]
def position(number: int, transfer: int, near: int) -> int:
    """Which packet of the transfer a number stands for, counted from 0 and without wrapping.

    Args:
        number: from the wire, modulo 2**32.
        transfer: the number of packet 0.
        near: a position close to it; of all positions with that number the nearest is meant.
    """
    ahead = (number - transfer - near) % NUMBERS
    return near + (ahead - NUMBERS if ahead >= NUMBERS // 2 else ahead)


# --8<-- [end:position]
