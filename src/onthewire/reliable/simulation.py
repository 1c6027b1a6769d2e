"""A transfer on a clock that is a number: as fast as it is computed, and always the same."""

from __future__ import annotations

from dataclasses import dataclass

from onthewire.datagrams import Path
from onthewire.reliable.receiver import Receiver
from onthewire.reliable.sender import Sender

LONGEST = 86_400.0
"""Seconds, virtual ones, after which a simulation is taken for one that never ends: a day."""


class Stuck(AssertionError):
    """Nothing is under way, nobody waits for a timer, and the transfer is not finished."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a transfer.

    Attributes:
        content: the octets that the receiver handed out.
        seconds: virtual ones, until the sender knew that all had arrived.
        sent: datagrams that the sender sent, and
        again: how many of them were repetitions.
    """

    content: bytes
    seconds: float
    sent: int
    again: int


# --8<-- [start:simulate]
def simulate(
    sender: Sender,
    receiver: Receiver,
    content: bytes,
    there: Path,
    back: Path,
    longest: float = LONGEST,
) -> Outcome:
    """Carry content from a sender to a receiver over two paths.

    Raises:
        GaveUp: one of the two did.
        Stuck: nothing can happen any more, or nothing has come of it after `longest` seconds.
    """
    now, offset = 0.0, 0
    received: list[bytes] = []
    while True:
        if offset < len(content):
            offset += sender.write(content[offset : offset + 65_536])
        if offset == len(content):
            sender.end()
        for datagram in sender.send(now):
            there.send(now, datagram)
        for datagram in there.receive(now):
            receiver.receive(now, datagram)
            received.append(receiver.read())
            for answer in receiver.send(now):
                back.send(now, answer)
        answers = back.receive(now)
        for answer in answers:
            sender.receive(now, answer)
        if sender.finished:
            return Outcome(b"".join(received), now, sender.sent, sender.again)
        if answers:
            continue
        times = (there.next_arrival(), back.next_arrival(), sender.next_timer())
        following = min((time for time in times if time is not None), default=None)
        if following is None or following > longest:
            raise Stuck(f"nothing happens after {now:.3f} s; {offset} octets were written")
        now = max(now, following)


# --8<-- [end:simulate]
