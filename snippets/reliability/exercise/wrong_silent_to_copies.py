# Wrong on purpose: it does not answer what came before.
"""A reliable transfer out of datagrams: go-back-N with a receiver that keeps what comes early."""

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
        pieces = [content[at : at + PIECE] for at in range(0, len(content), PIECE)]
        self.packets = [pack(DATA, transfer, number, piece) for number, piece in enumerate(pieces)]
        self.packets.append(pack(END, transfer, len(pieces)))
        self.transfer, self.window, self.wait = transfer, window, wait
        self.base = self.next = 0  # the oldest that is not acknowledged, the next new one
        self.timer = None
        self.timeouts = 0

    @property
    def finished(self):
        return self.base == len(self.packets)

    def send(self, now):
        due = []
        if self.timer is not None and now >= self.timer:
            self.timeouts += 1
            if self.timeouts > TRIES:
                raise GaveUp(f"no ACK of packet {self.base}")
            due += range(self.base, self.next)
            self.timer = now + self.wait
        new = range(self.next, min(self.base + self.window, len(self.packets)))
        if new:
            self.next = new.stop
            if self.timer is None:
                self.timer = now + self.wait
        return [self.packets[number] for number in (*due, *new)]

    def receive(self, now, datagram):
        packet = unpack(datagram)
        if packet is None or packet[:2] != (ACK, self.transfer):
            return
        expected = packet[2]
        if self.base < expected <= self.next:
            self.base = expected
            self.timeouts = 0
            self.timer = now + self.wait if self.base < self.next else None

    def due(self):
        return self.timer


class Receiver:
    def __init__(self, window):
        self.window = window
        self.transfer = None
        self.next = 0
        self.kept = {}
        self.arrived = b""
        self.finished = False

    def receive(self, datagram):
        packet = unpack(datagram)
        if packet is None or packet[0] not in (DATA, END):
            return None
        kind, transfer, number, content = packet
        if self.transfer is None:
            self.transfer = transfer
        if transfer != self.transfer:
            return None
        if self.next <= number < self.next + self.window and not self.finished:
            self.kept[number] = kind, content
        elif number < self.next:
            return None
        while self.next in self.kept:
            kind, content = self.kept.pop(self.next)
            self.next += 1
            self.arrived += content
            self.finished = kind == END
        return pack(ACK, self.transfer, self.next)

    def take(self):
        octets, self.arrived = self.arrived, b""
        return octets
