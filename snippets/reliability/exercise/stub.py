"""Exercise: a reliable transfer out of datagrams, without a socket and without a clock.

A packet is its kind (1 octet), transfer and number (4 octets each), a CRC-32 (4 octets), and its
content: `pack` and `unpack` have it ready. DATA packets carry 500 octets each, the last one what is
left, with the numbers 0, 1, 2 and so on; END is the packet behind them. The number of an ACK is the
packet that the receiver expects next.
"""

import struct
import zlib

DATA, END, ACK = 1, 2, 3
PIECE = 500
TRIES = 10


class GaveUp(Exception):
    """Raised at the eleventh timeout in a row, if no ACK acknowledged something new."""


def pack(kind, transfer, number, content=b""):
    fields = struct.pack("!BII", kind, transfer, number)
    return fields + struct.pack("!I", zlib.crc32(fields + content)) + content


def unpack(datagram):
    """Kind, transfer, number and content; None for anything else."""
    if len(datagram) < 13:
        return None
    fields, content = datagram[:9], datagram[13:]
    if struct.unpack_from("!I", datagram, 9) != (zlib.crc32(fields + content),):
        return None
    return *struct.unpack("!BII", fields), content


class Sender:
    def __init__(self, transfer, content, window, wait):
        """Send `content`, at most `window` packets under way, again after `wait` seconds."""
        self.finished = False  # until everything is acknowledged, the END too

    def send(self, now):
        """A list of the datagrams that are due at `now`; may raise GaveUp."""
        return []

    def receive(self, now, datagram):
        """Take what came back, if it is an ACK of this transfer."""

    def due(self):
        """When `send` is to be called next, if no ACK comes before; None for never."""


class Receiver:
    def __init__(self, window):
        """Take the transfer of the first packet that comes; keep `window` packets at most."""
        self.finished = False  # until everything has come, the END too

    def receive(self, datagram):
        """The ACK to send; None where this is no packet of the transfer."""

    def take(self):
        """The octets that have come in order since the last call."""
        return b""
