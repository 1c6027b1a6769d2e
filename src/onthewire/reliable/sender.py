"""The sending half of a reliable transfer, in three schemes; without clock and without I/O.

A caller hands over octets with `write`, then again and again: `send` gives the datagrams that are
due now, `receive` takes what came back, `next_timer` says when `send` is due at the latest.

What all schemes share is here: packets, the window, the room of the receiver, the timeout (RFC
6298), giving up. They differ in what is sent again when it passes. There is no congestion control
(RFC 8085 section 3.1): this is for a path that one has to oneself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from onthewire.reliable.errors import Ended, GaveUp
from onthewire.reliable.packets import (
    ACK,
    CONTENT_LIMIT,
    DATA,
    END,
    NUMBERS,
    Packet,
    decode,
    encode,
    position,
)
from onthewire.reliable.timer import RetransmissionTimer

WINDOW = 32
"""Packets under way at most, where nothing else is asked for: 38 kB."""

WINDOW_LIMIT = 1_024
"""The largest window: its bits fit into one ACK, and its numbers are far from wrapping."""

BUFFER_LIMIT = 262_144
"""Octets that a sender holds at most, sent and not; `write` takes no more."""

TRIES = 20
"""Timeouts in a row, without an answer, after which a sender gives up."""


@dataclass(slots=True)
class Sent:
    """A packet under way.

    Attributes:
        datagram: its octets.
        size: octets of its content.
        at: when it was sent last.
        times: how often it was sent.
    """

    datagram: bytes
    size: int
    at: float
    times: int = 1


class Sender:
    """What the three schemes share.

    Args:
        transfer: the number of the transfer, random, from 0 to 2**32 - 1.
        window: packets under way at most.
        content: octets of a packet at most.
        buffer: octets held at most.
        timer: computes the timeout; None for one with the defaults.
        tries: timeouts in a row before it gives up.

    Attributes:
        finished: whether the receiver has acknowledged everything, the end included.
        ignored: datagrams that were no acknowledgement of this transfer.
        sent: datagrams sent so far, and
        again: how many of them were not the first with their packet.
    """

    def __init__(
        self,
        transfer: int,
        *,
        window: int = WINDOW,
        content: int = CONTENT_LIMIT,
        buffer: int = BUFFER_LIMIT,
        timer: RetransmissionTimer | None = None,
        tries: int = TRIES,
    ) -> None:
        if not 1 <= window <= WINDOW_LIMIT:
            raise ValueError(f"a window has 1 to {WINDOW_LIMIT} packets; this is {window}")
        if not 1 <= content <= CONTENT_LIMIT:
            raise ValueError(f"a packet carries 1 to {CONTENT_LIMIT} octets; this is {content}")
        self.transfer = transfer % NUMBERS
        self.window = window
        self.timer = timer or RetransmissionTimer()
        self.finished = False
        self.ignored = self.sent = self.again = 0
        self._content, self._buffer, self._tries = content, buffer, tries
        self._waiting = bytearray()
        self._held = 0
        self._ending = self._end_sent = False
        self._under_way: dict[int, Sent] = {}
        self._base = self._next = 0  # positions: the oldest without acknowledgement, the next new
        self._room = window
        self._probe_at: float | None = None
        self._silent = 0

    # What the program hands over

    def write(self, data: bytes) -> int:
        """Take octets to send; how many of them there was room for.

        Raises:
            Ended: `end()` was called before.
        """
        if self._ending:
            raise Ended("nothing can be written after end()")
        taken = data[: max(0, self._buffer - self._held)]
        self._waiting += taken
        self._held += len(taken)
        return len(taken)

    def end(self) -> None:
        """Say that no more comes."""
        self._ending = True

    # What goes over the path

    def send(self, now: float) -> list[bytes]:
        """The datagrams that are due, in order.

        Raises:
            GaveUp: the receiver has not answered for too long.
        """
        datagrams = [self._repeat(place, now) for place in self._expired(now)]
        while (packet := self._new_packet(now)) is not None:
            self._under_way[self._next] = packet
            self._started(packet, now)
            self._next += 1
            self.sent += 1
            datagrams.append(packet.datagram)
        return datagrams

    def receive(self, now: float, datagram: bytes) -> None:
        """Take a datagram that came back; what is no ACK of this transfer is ignored."""
        packet = decode(datagram)
        if packet is None or packet.kind != ACK or packet.transfer != self.transfer:
            self.ignored += 1
            return
        expected = position(packet.number, self.transfer, self._base)
        if not self._base <= expected <= self._next:
            self.ignored += 1
            return
        self._room = packet.room
        done = [place for place in self._acknowledged(expected, packet) if place in self._under_way]
        if packet.room:
            self._probe_at = None
        if done or not packet.room:
            self._silent = 0
        if not done:
            return
        once = [sent.at for place in done if (sent := self._under_way[place]).times == 1]
        for place in done:
            self._held -= self._under_way.pop(place).size
        self._base = min(self._under_way, default=self._next)
        if once:  # Karn's rule: what was sent twice gives no sample
            self.timer.sample(now - max(once))
        self._progressed(now)
        self.finished = self._end_sent and not self._under_way

    def next_timer(self) -> float | None:
        """When `send` has to be called, if nothing comes before; None for never."""
        timers = [at for at in (self._timer(), self._probe_at) if at is not None]
        return min(timers, default=None)

    # How

    def _new_packet(self, now: float) -> Sent | None:
        """The next packet that may be sent now, if there is one."""
        if self._end_sent or not (self._waiting or self._ending):
            return None
        if self._next - self._base >= self.window:
            return None
        if self._next - self._base >= self._room:
            # No room, and nothing under way that could bring news of it: probe (RFC 9293 section
            # 3.8.6.1), because the news of new room may have been lost.
            if self._under_way:
                return None
            if self._probe_at is None:
                self._probe_at = now + self.timer.rto
            if now < self._probe_at:
                return None
            self._probe_at = None
        number = (self.transfer + self._next) % NUMBERS
        content = bytes(self._waiting[: self._content])
        del self._waiting[: len(content)]
        self._end_sent = not content
        kind = DATA if content else END
        datagram = encode(Packet(kind, self.transfer, number, 0, content))
        return Sent(datagram, len(content), now)

    def _repeat(self, place: int, now: float) -> bytes:
        sent = self._under_way[place]
        sent.at, sent.times = now, sent.times + 1
        self.sent += 1
        self.again += 1
        return sent.datagram

    def _back_off(self) -> None:
        self._silent += 1
        if self._silent > self._tries:
            raise GaveUp(
                f"no acknowledgement of packet {self._base} after {self._tries} timeouts in a "
                "row; the receiver, or the path to it, is gone"
            )
        self.timer.back_off()

    # Where the schemes differ

    def _started(self, sent: Sent, now: float) -> None:
        """A packet was sent for the first time."""

    def _acknowledged(self, expected: int, packet: Packet) -> list[int]:
        """The positions that an ACK acknowledges."""
        raise NotImplementedError

    def _progressed(self, now: float) -> None:
        """Something new was acknowledged."""

    def _expired(self, now: float) -> list[int]:
        """The positions that have to be sent again now."""
        raise NotImplementedError

    def _timer(self) -> float | None:
        """When something has to be sent again."""
        raise NotImplementedError


# --8<-- [start:GoBackNSender]
class GoBackNSender(Sender):
    """One timer, for the oldest packet; when it passes, everything under way is sent again.

    The receiver keeps nothing that comes out of order, so everything behind a loss is lost too.
    """

    _at: float | None = None

    def _started(self, _: Sent, now: float) -> None:
        if self._at is None:
            self._at = now + self.timer.rto

    def _acknowledged(self, expected: int, _: Packet) -> list[int]:
        return list(range(self._base, expected))

    def _progressed(self, now: float) -> None:
        self._at = now + self.timer.rto if self._under_way else None

    def _expired(self, now: float) -> list[int]:
        if self._at is None or now < self._at:
            return []
        self._back_off()
        self._at = now + self.timer.rto
        return list(self._under_way)

    def _timer(self) -> float | None:
        return self._at


# --8<-- [end:GoBackNSender]
# --8<-- [start:StopAndWaitSender]
class StopAndWaitSender(GoBackNSender):
    """One packet at a time: go-back-N with a window of one."""

    def __init__(self, transfer: int, *, window: int = 1, **settings: Any) -> None:
        if window != 1:
            raise ValueError(f"stop-and-wait has one packet under way; this is {window}")
        super().__init__(transfer, window=1, **settings)


# --8<-- [end:StopAndWaitSender]
# --8<-- [start:SelectiveRepeatSender]
class SelectiveRepeatSender(Sender):
    """A timer for each packet, with one RTO for all; when it passes, that packet is sent again.

    The receiver keeps what comes out of order, and its ACKs say what that is (as the SACK option
    of TCP does, RFC 2018).
    """

    _backed_off = float("-inf")

    def _acknowledged(self, expected: int, packet: Packet) -> list[int]:
        behind = [
            expected + 1 + octet * 8 + bit
            for octet, bits in enumerate(packet.content)
            for bit in range(8)
            if bits & 0x80 >> bit
        ]
        return [*range(self._base, expected), *behind]

    def _expired(self, now: float) -> list[int]:
        rto = self.timer.rto
        expired = [place for place, sent in self._under_way.items() if sent.at + rto <= now]
        # What was sent before the RTO was last doubled has passed the old one: no reason for more.
        if any(self._under_way[place].at >= self._backed_off for place in expired):
            self._back_off()
            self._backed_off = now
        return expired

    def _timer(self) -> float | None:
        oldest = min((sent.at for sent in self._under_way.values()), default=None)
        return None if oldest is None else oldest + self.timer.rto


# --8<-- [end:SelectiveRepeatSender]
