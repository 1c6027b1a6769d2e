"""Reliable transfer over datagrams, in three schemes; it has neither a socket nor a clock."""

import struct

from packets import ACK, DATA, END, pack, unpack

SCHEMES = ("stop-and-wait", "go-back-n", "selective-repeat")


class GaveUp(Exception):
    """The receiver does not answer."""


class Sender:
    def __init__(
        self, scheme, transfer, content, window=32, piece=1000, shortest=0.2, longest=1, tries=30
    ):
        self.scheme, self.transfer, self.tries = scheme, transfer, tries
        self.window = 1 if scheme == "stop-and-wait" else window
        self.pieces = [content[at : at + piece] for at in range(0, len(content), piece)] + [None]
        self.base = self.next = 0  # the oldest that is not acknowledged, the next new one
        self.under_way = {}  # number: when it was sent, how often; in the order of sending
        self.shortest, self.longest = shortest, longest
        self.srtt, self.rttvar, self.rto = None, 0, longest
        self.doubled_at, self.silent, self.sent = -1, 0, 0

    @property
    def finished(self):
        return self.base == len(self.pieces)

    def due(self):
        """When `send` has to be called, if nothing comes before."""
        return next((at + self.rto for at, _ in self.under_way.values()), None)

    def send(self, now):
        """The datagrams that are due."""
        late = []
        for number, (at, _) in self.under_way.items():
            if at + self.rto > now:
                break
            late.append(number)
        if late and self.scheme == "go-back-n":
            late = sorted(self.under_way)
        if any(self.under_way[number][0] >= self.doubled_at for number in late):
            self.silent += 1
            if self.silent > self.tries:
                raise GaveUp(f"no acknowledgement of packet {self.base}, {self.tries} timeouts")
            self.rto = min(2 * self.rto, self.longest)
            self.doubled_at = now
        new = range(self.next, min(self.base + self.window, len(self.pieces)))
        self.next = max(self.next, new.stop)
        for number in (*late, *new):
            _, times = self.under_way.pop(number, (0, 0))
            self.under_way[number] = now, times + 1
        self.sent += len(late) + len(new)
        return [self.packet(number) for number in (*late, *new)]

    def packet(self, number):
        piece = self.pieces[number]
        kind = END if piece is None else DATA
        return pack(kind, self.transfer, number, piece or b"")

    def receive(self, now, datagram):
        packet = unpack(datagram)
        if packet is None or packet[:2] != (ACK, self.transfer) or packet[2] > self.next:
            return
        _, _, expected, behind = packet
        kept = {number for (number,) in struct.iter_unpack("!I", behind[: len(behind) // 4 * 4])}
        done = [number for number in self.under_way if number < expected or number in kept]
        times = [self.under_way.pop(number) for number in done]
        if done:
            self.silent = 0
            self.base = min(self.under_way, default=self.next)
        # Karn's rule: the answer to what was sent twice may be one to the first.
        if once := [at for at, count in times if count == 1]:
            self.measured(now - max(once))

    def measured(self, seconds):
        """RFC 6298: the timeout follows from round-trip times and how much they vary."""
        if self.srtt is None:
            self.srtt, self.rttvar = seconds, seconds / 2
        else:
            self.rttvar += (abs(self.srtt - seconds) - self.rttvar) / 4
            self.srtt += (seconds - self.srtt) / 8
        self.rto = min(max(self.srtt + 4 * self.rttvar, self.shortest), self.longest)


class Receiver:
    def __init__(self, scheme, window=32):
        self.scheme, self.window = scheme, window
        self.transfer, self.next, self.kept = None, 0, {}
        self.arrived, self.finished = [], False

    def receive(self, datagram):
        """The acknowledgement to send; None for what is no packet of this transfer."""
        packet = unpack(datagram)
        if packet is None or packet[0] not in (DATA, END):
            return None
        kind, transfer, number, content = packet
        if self.transfer is None:
            self.transfer = transfer
        if transfer != self.transfer:
            return None
        last = self.next + (self.window if self.scheme == "selective-repeat" else 1)
        if self.next <= number < last and not self.finished:
            self.kept[number] = kind, content
        while self.next in self.kept:
            kind, content = self.kept.pop(self.next)
            self.next += 1
            self.finished = kind == END
            self.arrived.append(content)
        behind = b"".join(struct.pack("!I", number) for number in sorted(self.kept))
        return pack(ACK, self.transfer, self.next, behind)

    def take(self):
        """The octets that have come in order since the last call."""
        octets, self.arrived = b"".join(self.arrived), []
        return octets
