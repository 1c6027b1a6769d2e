"""Length prefixes: each message is preceded by the number of its octets.

The length is an unsigned integer of 4 octets in network byte order, the most significant octet
first (RFC 791 appendix B). It counts the content alone. RFC 5531 section 11 frames RPC messages in
nearly this way; what is left out here is its bit for a message in several fragments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from onthewire.framing.errors import StreamEnded, TooLong

LENGTH_SIZE = 4
"""Octets of the length itself; with 4 a frame could have up to 4 GiB, so a limit is needed."""

FRAME_LIMIT = 65_536
"""Octets of content in one frame.

A length is a claim of the peer, and 4 octets can claim 4 GiB. With this limit 1,000 peers in the
middle of a frame make a server hold 66 MB at most.
"""


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole frame. `content` is without the length."""

    content: bytes


@dataclass(frozen=True, slots=True)
class FrameTooLong:
    """A frame whose announced `length` is above `limit`, both in octets.

    Nothing after it can be framed: to find the next frame, a claim that was just refused would
    have to be believed. The connection is of no more use.
    """

    length: int
    limit: int


@dataclass(frozen=True, slots=True)
class FrameTruncated:
    """The stream ended inside a frame.

    `received` octets of the frame had come, the length among them; `expected` is how many it would
    have had, or 4 where not even the length was complete.
    """

    received: int
    expected: int


FrameEvent: TypeAlias = Frame | FrameTooLong | FrameTruncated


# --8<-- [start:LengthFramer]
class LengthFramer:
    """Turns the octets of a stream, in pieces of any size, into events, one a frame.

    Between two calls the framer holds at most one frame that has begun. Memory is taken as octets
    arrive, never for a length that was only announced.

    Args:
        limit: the most octets of content in one frame.
    """

    def __init__(self, limit: int = FRAME_LIMIT) -> None:
        self.limit = limit
        self._held = bytearray()
        self._refused = False
        self._ended = False

    @property
    def inside_frame(self) -> bool:
        """Whether a frame has begun whose last octet has not come."""
        return bool(self._held)

    def feed(self, data: bytes) -> list[FrameEvent]:
        """Take the next octets of the stream.

        Returns:
            The events that these octets complete, in the order of the stream. `FrameTooLong` comes
            with the last octet of the length and is the last event: octets after it are dropped.

        Raises:
            StreamEnded: `end()` was called before.
        """
        if self._ended:
            raise StreamEnded
        events: list[FrameEvent] = []
        if self._refused:
            return events
        self._held += data
        start = 0
        while len(self._held) - start >= LENGTH_SIZE:
            content = start + LENGTH_SIZE
            length = int.from_bytes(self._held[start:content], "big")
            if length > self.limit:
                self._refused = True
                self._held.clear()
                return [*events, FrameTooLong(length, self.limit)]
            if len(self._held) - content < length:
                break
            start = content + length
            events.append(Frame(bytes(self._held[content:start])))
        del self._held[:start]
        return events

    def end(self) -> list[FrameEvent]:
        """Say that the stream has ended.

        Returns:
            `FrameTruncated` where it ended inside a frame, otherwise nothing.

        Raises:
            StreamEnded: `end()` was called before.
        """
        if self._ended:
            raise StreamEnded
        self._ended = True
        received = len(self._held)
        if not received:
            return []
        expected = LENGTH_SIZE
        if received >= LENGTH_SIZE:
            expected += int.from_bytes(self._held[:LENGTH_SIZE], "big")
        self._held.clear()
        return [FrameTruncated(received, expected)]


# --8<-- [end:LengthFramer]
# --8<-- [start:encode_frame]
def encode_frame(content: bytes, limit: int = FRAME_LIMIT) -> bytes:
    """The octets of one frame: the length of the content in 4 octets, then the content.

    Args:
        content: any octets, also none.
        limit: the most octets of content.

    Raises:
        TooLong: the content has more than `limit` octets, or more than 4 octets can count.
    """
    limit = min(limit, 256**LENGTH_SIZE - 1)
    if len(content) > limit:
        raise TooLong(len(content), limit)
    return len(content).to_bytes(LENGTH_SIZE, "big") + content


# --8<-- [end:encode_frame]
