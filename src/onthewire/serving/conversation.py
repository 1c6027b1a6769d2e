"""What a server and a protocol say to each other: octets in, octets out, close, deadline."""

from __future__ import annotations

from typing import Protocol


# --8<-- [start:Conversation]
class Conversation(Protocol):
    """The server's side of one connection, without I/O.

    A driver owns the socket and the clock. It calls one of the methods when something happened,
    sends what the method returned, and looks at `closing` and `deadline()`. `now` is always the
    driver's clock, in seconds that only grow.
    """

    @property
    def closing(self) -> bool:
        """Whether it is over: the driver sends what it still has, calls no more and closes."""

    def started(self, now: float) -> bytes:
        """A client has connected; returns the greeting, or nothing."""

    def refused(self, now: float) -> bytes:
        """A client has connected and there is no place; called instead of `started`, and closing.

        Returns what is said to it.
        """

    def received(self, data: bytes, now: float) -> bytes:
        """Octets have come, one or more; returns the octets to answer."""

    def ended(self, now: float) -> bytes:
        """The client has ended its direction and still reads; closing. Returns last words."""

    def deadline(self) -> float | None:
        """When `expired` has to be called if nothing else is before; None for never."""

    def expired(self, now: float) -> bytes:
        """The deadline has been reached; returns the octets to send.

        Afterwards it is closing, or its deadline is a later one.
        """


# --8<-- [end:Conversation]
