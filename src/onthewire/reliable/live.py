"""The same machines over a real UDP socket and the system's clock."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from onthewire.reliable.receiver import Receiver
from onthewire.reliable.sender import Sender

RECEIVE_SIZE = 65_535


def _wait(
    sock: socket.socket, until: float | None, clock: Callable[[], float]
) -> tuple[bytes, Any]:
    """The next datagram and who sent it; an empty one where none came in time or one was refused.

    An empty datagram is no packet, so a machine ignores it.
    """
    sock.settimeout(None if until is None else max(0.001, until - clock()))
    # Refused: nobody is there, for now. What that means, the timers decide.
    with suppress(TimeoutError, ConnectionError):
        return sock.recvfrom(RECEIVE_SIZE)
    return b"", None


# --8<-- [start:send_all]
def send_all(
    sock: socket.socket,
    sender: Sender,
    content: bytes,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Send content over a connected UDP socket, and return when all of it was acknowledged.

    Raises:
        GaveUp: the receiver does not answer.
    """
    offset = 0
    while not sender.finished:
        offset += sender.write(content[offset:]) if offset < len(content) else 0
        if offset == len(content):
            sender.end()
        for datagram in sender.send(clock()):
            with suppress(OSError):  # what cannot be sent is lost, and sent again
                sock.send(datagram)
        answer, _ = _wait(sock, sender.next_timer(), clock)
        sender.receive(clock(), answer)


# --8<-- [end:send_all]
# --8<-- [start:receive_all]
def receive_all(
    sock: socket.socket, receiver: Receiver, clock: Callable[[], float] = time.monotonic
) -> Iterator[bytes]:
    """Yield the octets of a transfer in order, as they come, and return some time after its end.

    Whoever sends the first packet is the sender; nobody else's datagrams are taken from then on.

    Raises:
        GaveUp: nothing comes, or nothing more before the end.
    """
    sender: Any = None
    while not receiver.closed(clock()):
        for answer in receiver.send(clock()):
            with suppress(OSError):
                sock.sendto(answer, sender)
        datagram, address = _wait(sock, receiver.next_timer(), clock)
        if sender is None or address == sender:
            receiver.receive(clock(), datagram)
            sender = address if receiver.begun else None
        if content := receiver.read():
            yield content


# --8<-- [end:receive_all]
