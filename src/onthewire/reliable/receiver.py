"""The receiving half of a reliable transfer; without clock and without I/O.

Each packet of the transfer is answered by an ACK, also one that came before: its ACK may have been
lost. After the end the receiver stays for a while, for the same reason. TCP waits in TIME-WAIT
(RFC 9293 section 3.6).
"""

from __future__ import annotations

from onthewire.reliable.errors import GaveUp
from onthewire.reliable.packets import (
    ACK,
    DATA,
    END,
    NUMBERS,
    Packet,
    decode,
    encode,
    position,
)
from onthewire.reliable.sender import WINDOW, WINDOW_LIMIT

IDLE = 120.0
"""Seconds of silence, before the end has come, after which a receiver gives up."""

LINGER = 120.0
"""Seconds of silence, after the end, for which a receiver still answers.

Twice the longest RTO of a sender: it sends its END again in that time, and once more if that is
lost. Who shortens the one has to shorten the other.
"""


class Receiver:
    """What the schemes share.

    Args:
        transfer: whose packets are taken; None for the transfer of the first packet that comes.
        window: packets held at most, read or in order or not.
        idle: seconds of silence before it gives up.
        linger: seconds of silence after the end.

    Attributes:
        begun: whether a packet of the transfer has come.
        finished: whether everything has come, the end included.
        ignored: datagrams that were no packets of this transfer, or ones without room.
    """

    def __init__(
        self,
        transfer: int | None = None,
        *,
        window: int = WINDOW,
        idle: float = IDLE,
        linger: float = LINGER,
    ) -> None:
        if not 1 <= window <= WINDOW_LIMIT:
            raise ValueError(f"a window has 1 to {WINDOW_LIMIT} packets; this is {window}")
        self.transfer = transfer
        self.window = window
        self.begun = self.finished = False
        self.ignored = 0
        self._idle, self._linger = idle, linger
        self._next = 0
        self._kept: dict[int, Packet] = {}
        self._unread: list[bytes] = []
        self._answer = False
        self._heard: float | None = None

    @property
    def room(self) -> int:
        """Packets, from the next expected one on, that there is room for."""
        return self.window - len(self._unread)

    def receive(self, now: float, datagram: bytes) -> None:
        """Take a datagram; what is no packet of this transfer is ignored."""
        packet = decode(datagram)
        if packet is None or packet.kind not in (DATA, END):
            self.ignored += 1
            return
        if self.transfer is None:
            self.transfer = packet.transfer
        if packet.transfer != self.transfer:
            self.ignored += 1
            return
        place = position(packet.number, self.transfer, self._next)
        self._heard = now
        self._answer = self.begun = True
        if self.finished or not self._next <= place < self._next + self.room:
            self.ignored += 1
            return
        if self._keeps(place):
            self._kept[place] = packet
        while not self.finished and (following := self._kept.pop(self._next, None)) is not None:
            self._next += 1
            if following.kind == END:
                self.finished = True
                self._kept.clear()
            else:
                self._unread.append(following.content)

    def send(self, now: float) -> list[bytes]:
        """The ACK that is due, or nothing.

        Raises:
            GaveUp: nothing came for too long.
        """
        if self._heard is None:
            self._heard = now
        if not self.finished and now >= self._heard + self._idle:
            raise GaveUp(
                f"nothing came for {self._idle:g} s; {self._next} packets came before, and no end"
            )
        if not self._answer or self.transfer is None:
            return []
        self._answer = False
        number = (self.transfer + self._next) % NUMBERS
        return [encode(Packet(ACK, self.transfer, number, self.room, self._bits()))]

    def read(self) -> bytes:
        """All octets that have come in order since the last call."""
        content = b"".join(self._unread)
        # A sender that was told "no room" has to hear that there is some again.
        self._answer = self._answer or not self.room
        self._unread.clear()
        return content

    def next_timer(self) -> float | None:
        """When `send` has to be called, or `closed` asked, if nothing comes before."""
        if self._heard is None:
            return None
        return self._heard + (self._linger if self.finished else self._idle)

    def closed(self, now: float) -> bool:
        """Whether the end has come, and nothing else for long enough."""
        return self.finished and self._heard is not None and now >= self._heard + self._linger

    # Where the schemes differ

    def _keeps(self, place: int) -> bool:
        """Whether a packet that there is room for is kept."""
        raise NotImplementedError

    def _bits(self) -> bytes:
        """What an ACK says about packets behind the next expected one."""
        return b""


# --8<-- [start:InOrderReceiver]
class InOrderReceiver(Receiver):
    """For stop-and-wait and go-back-N: takes the next packet and no other."""

    def _keeps(self, place: int) -> bool:
        return place == self._next


# --8<-- [end:InOrderReceiver]
# --8<-- [start:SelectiveReceiver]
class SelectiveReceiver(Receiver):
    """For selective repeat: keeps what there is room for, and says what it has."""

    def _keeps(self, _: int) -> bool:
        return True

    def _bits(self) -> bytes:
        if not self._kept:
            return b""
        bits = bytearray((max(self._kept) - self._next + 7) // 8)
        for place in self._kept:
            octet, bit = divmod(place - self._next - 1, 8)
            bits[octet] |= 0x80 >> bit
        return bytes(bits)


# --8<-- [end:SelectiveReceiver]
