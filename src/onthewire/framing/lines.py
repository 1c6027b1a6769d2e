"""Lines: messages of UTF-8 text, each ended by LF.

A CR just before the LF belongs to the line end and is dropped, as RFC 9112 section 2.2 allows a
recipient to do. The text is UTF-8 (RFC 3629). Left out on purpose: a CR alone does not end a line,
and an LF cannot be escaped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from onthewire.framing.errors import NotALine, StreamEnded, TooLong

LINE_LIMIT = 4_096
"""Octets in one line, its LF not counted.

Long enough for a line that a person types or a program logs. Short enough that 1,000 peers who
never send an LF make a server hold about 4 MB, not all its memory.
"""


# --8<-- [start:events]
@dataclass(frozen=True, slots=True)
class Line:
    """A whole line. `text` is without its line end."""

    text: str


@dataclass(frozen=True, slots=True)
class InvalidText:
    """A whole line that is not UTF-8 (RFC 3629 section 3).

    `octets` is the line without its line end; the first octet that cannot be decoded is
    `octets[position]`.
    """

    octets: bytes
    position: int


@dataclass(frozen=True, slots=True)
class LineTooLong:
    """A line of more than `limit` octets; it is dropped up to its LF."""

    limit: int


@dataclass(frozen=True, slots=True)
class Unterminated:
    """The stream ended inside a line. `octets` is what there was of it."""

    octets: bytes


# --8<-- [end:events]
LineEvent: TypeAlias = Line | InvalidText | LineTooLong | Unterminated


# --8<-- [start:LineFramer]
class LineFramer:
    """Turns the octets of a stream, in pieces of any size, into events, one a line.

    How the stream is cut into pieces never changes the events. The framer holds at most `limit`
    octets between two calls.

    Args:
        limit: the most octets before the LF of one line, a CR among them counted.
    """

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self.limit = limit
        self._held = bytearray()
        self._dropping = False
        self._ended = False

    @property
    def inside_line(self) -> bool:
        """Whether the stream is, at the moment, between the first octet of a line and its LF."""
        return self._dropping or bool(self._held)

    def feed(self, data: bytes) -> list[LineEvent]:
        """Take the next octets of the stream.

        Returns:
            The events that these octets complete, in the order of the stream. `LineTooLong` comes
            with the first octet over the limit, before the LF.

        Raises:
            StreamEnded: `end()` was called before.
        """
        if self._ended:
            raise StreamEnded
        events: list[LineEvent] = []
        start = 0
        while start < len(data):
            # Only new octets are searched: what is held has no LF. Searching it again with each
            # piece would cost the square of the line's length when octets arrive one at a time.
            line_feed = data.find(b"\n", start)
            stop = len(data) if line_feed < 0 else line_feed
            if not self._dropping:
                if len(self._held) + stop - start > self.limit:
                    self._held.clear()
                    self._dropping = True
                    events.append(LineTooLong(self.limit))
                elif line_feed < 0:
                    self._held += data[start:]
                else:
                    events.append(_decoded(bytes(self._held) + data[start:line_feed]))
                    self._held.clear()
            if line_feed < 0:
                break
            self._dropping = False
            start = line_feed + 1
        return events

    def end(self) -> list[LineEvent]:
        """Say that the stream has ended.

        Returns:
            `Unterminated` where octets of a last line are held, otherwise nothing. A last line
            that was too long has been reported already.

        Raises:
            StreamEnded: `end()` was called before.
        """
        if self._ended:
            raise StreamEnded
        self._ended = True
        rest = bytes(self._held)
        self._held.clear()
        return [Unterminated(rest)] if rest else []


# --8<-- [end:LineFramer]
def _decoded(octets: bytes) -> Line | InvalidText:
    """The event for a whole line; `octets` has no LF and may end in CR."""
    if octets.endswith(b"\r"):
        octets = octets[:-1]
    try:
        return Line(octets.decode("utf-8"))
    except UnicodeDecodeError as error:
        return InvalidText(octets, error.start)


# --8<-- [start:encode_line]
def encode_line(text: str, limit: int | None = LINE_LIMIT) -> bytes:
    """The octets of one line: the text in UTF-8 and an LF.

    Args:
        text: what the line says, without a line end.
        limit: the most octets before the LF; None for no limit.

    Raises:
        NotALine: the text holds CR or LF, which would make another line of it for the peer, or a
            lone surrogate, which has no encoding (RFC 3629 section 3).
        TooLong: the encoded text has more than `limit` octets.
    """
    for character in "\r\n":
        if character in text:
            raise NotALine(
                f"{character!r} at position {text.index(character)}; a line holds neither CR nor LF"
            )
    try:
        octets = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotALine(f"no UTF-8 encoding for position {error.start} of the text") from error
    if limit is not None and len(octets) > limit:
        raise TooLong(len(octets), limit)
    return octets + b"\n"


# --8<-- [end:encode_line]
