"""Fixed headers: each message is preceded by its version, type, length and checksum.

The header has ten octets, numbers in network byte order (RFC 791 appendix B): version (1), type
(1), length of the content (4), and the CRC-32 (4) of the six octets before it and the content. The
CRC is that of Ethernet, as ``zlib.crc32`` computes it; it finds damage, not attackers. Left out: a
message in several frames, and more than one version on one connection.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TypeAlias

from onthewire.framing.errors import FramingError, StreamEnded, TooLong
from onthewire.framing.lengths import FRAME_LIMIT

HEADER_VERSION = 1
"""The version that this module writes, and the only one that it reads."""

HEADER_SIZE = 10
"""Octets of a header. Version and length stand in the first six, so that both can be refused before
the rest has come."""

_COVERED = struct.Struct("!BBI")
_CHECKSUM = struct.Struct("!I")


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message whose checksum is right. `kind` is its type, 0 to 255."""

    kind: int
    content: bytes


@dataclass(frozen=True, slots=True)
class UnknownVersion:
    """The first octet of a message is another `version`: nothing behind it can be read."""

    version: int


@dataclass(frozen=True, slots=True)
class MessageTooLong:
    """A message whose announced `length` is above `limit`, both in octets."""

    kind: int
    length: int
    limit: int


@dataclass(frozen=True, slots=True)
class BadChecksum:
    """A message that is damaged: it says `announced`, and what came has `computed`.

    The length may be what is wrong, so nobody knows where the next message begins.
    """

    kind: int
    announced: int
    computed: int


@dataclass(frozen=True, slots=True)
class MessageTruncated:
    """The stream ended inside a message.

    `received` octets of it had come; `expected` is how many it would have had, or 10 where the
    length was not complete.
    """

    received: int
    expected: int


HeaderEvent: TypeAlias = Message | UnknownVersion | MessageTooLong | BadChecksum | MessageTruncated


# --8<-- [start:HeaderFramer]
class HeaderFramer:
    """Turns the octets of a stream, in pieces of any size, into events, one a message.

    Between two calls the framer holds at most one message that has begun. Memory is taken as octets
    arrive, never for a length that was only announced. A refusal (`UnknownVersion`,
    `MessageTooLong`, `BadChecksum`) is the last event: octets after it are dropped.

    Args:
        limit: the most octets of content in one message.
    """

    def __init__(self, limit: int = FRAME_LIMIT) -> None:
        self.limit = limit
        self._held = bytearray()
        self._refused = False
        self._ended = False

    @property
    def inside_message(self) -> bool:
        """Whether a message has begun whose last octet has not come."""
        return bool(self._held)

    def feed(self, data: bytes) -> list[HeaderEvent]:
        """Take the next octets of the stream.

        Returns:
            The events that these octets complete, in the order of the stream. `UnknownVersion`
            comes with the first octet of a header, `MessageTooLong` with the last of the length.

        Raises:
            StreamEnded: `end()` was called before.
        """
        if self._ended:
            raise StreamEnded
        events: list[HeaderEvent] = []
        if self._refused:
            return events
        self._held += data
        start = 0
        while (event := self._next(start)) is not None:
            events.append(event)
            if not isinstance(event, Message):
                self._refused = True
                self._held.clear()
                return events
            start += HEADER_SIZE + len(event.content)
        del self._held[:start]
        return events

    def _next(self, start: int) -> HeaderEvent | None:
        """The event of the message that begins at this octet; None while it is not complete."""
        there = len(self._held) - start
        if there and self._held[start] != HEADER_VERSION:
            return UnknownVersion(self._held[start])
        if there < _COVERED.size:
            return None
        _, kind, length = _COVERED.unpack_from(self._held, start)
        if length > self.limit:
            return MessageTooLong(kind, length, self.limit)
        if there < HEADER_SIZE + length:
            return None
        (announced,) = _CHECKSUM.unpack_from(self._held, start + _COVERED.size)
        content = bytes(self._held[start + HEADER_SIZE : start + HEADER_SIZE + length])
        computed = zlib.crc32(content, zlib.crc32(self._held[start : start + _COVERED.size]))
        if announced != computed:
            return BadChecksum(kind, announced, computed)
        return Message(kind, content)

    def end(self) -> list[HeaderEvent]:
        """Say that the stream has ended.

        Returns:
            `MessageTruncated` where it ended inside a message, otherwise nothing.

        Raises:
            StreamEnded: `end()` was called before.
        """
        if self._ended:
            raise StreamEnded
        self._ended = True
        received = len(self._held)
        if not received:
            return []
        expected = HEADER_SIZE
        if received >= _COVERED.size:
            expected += int(_COVERED.unpack_from(self._held)[2])
        self._held.clear()
        return [MessageTruncated(received, expected)]


# --8<-- [end:HeaderFramer]
# --8<-- [start:encode_message]
def encode_message(kind: int, content: bytes, limit: int = FRAME_LIMIT) -> bytes:
    """The octets of one message: its header, then the content.

    Args:
        kind: the type, 0 to 255.
        content: any octets, also none.
        limit: the most octets of content.

    Raises:
        FramingError: the type has no place in one octet.
        TooLong: the content has more than `limit` octets, or more than 4 octets can count.
    """
    if not 0 <= kind <= 255:
        raise FramingError(f"type {kind}; a type is one octet, 0 to 255")
    limit = min(limit, 2**32 - 1)
    if len(content) > limit:
        raise TooLong(len(content), limit)
    covered = _COVERED.pack(HEADER_VERSION, kind, len(content))
    return covered + _CHECKSUM.pack(zlib.crc32(content, zlib.crc32(covered))) + content


# --8<-- [end:encode_message]
