"""The datagrams of a transfer: 13 octets of header with a checksum, then the content."""

import struct
import zlib

DATA, END, ACK = 1, 2, 3
FIELDS = struct.Struct("!BII")  # kind, transfer, number
CHECK = struct.Struct("!I")
HEADER = FIELDS.size + CHECK.size


def pack(kind, transfer, number, content=b""):
    fields = FIELDS.pack(kind, transfer, number)
    return fields + CHECK.pack(zlib.crc32(content, zlib.crc32(fields))) + content


def unpack(datagram):
    """Kind, transfer, number and content; None where it is damaged, or no packet at all."""
    if len(datagram) < HEADER:
        return None
    fields, content = datagram[: FIELDS.size], datagram[HEADER:]
    (check,) = CHECK.unpack_from(datagram, FIELDS.size)
    if check != zlib.crc32(content, zlib.crc32(fields)):
        return None
    return *FIELDS.unpack(fields), content


if __name__ == "__main__":
    packet = pack(DATA, 0x0A0B0C0D, 2, b"hello")
    print(packet.hex(" "))
    print(unpack(packet))
    print(unpack(packet.replace(b"hello", b"hullo")))
