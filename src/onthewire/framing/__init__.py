"""Framing: where a message ends in a stream of octets, without I/O.

TCP delivers octets in order and keeps no boundaries between them (RFC 9293 section 2.2), so each
protocol on top of it marks its own. Three ways are here: ``lines`` ends a message with LF,
``lengths`` writes the number of its octets before it, ``headers`` a version, a type and a checksum
as well. A framer takes octets as they arrive, in pieces of any size, and gives back events. It
neither reads a socket nor knows a clock.
"""

from onthewire.framing.errors import FramingError, NotALine, StreamEnded, TooLong
from onthewire.framing.headers import (
    HEADER_SIZE,
    HEADER_VERSION,
    BadChecksum,
    HeaderEvent,
    HeaderFramer,
    Message,
    MessageTooLong,
    MessageTruncated,
    UnknownVersion,
    encode_message,
)
from onthewire.framing.lengths import (
    FRAME_LIMIT,
    Frame,
    FrameEvent,
    FrameTooLong,
    FrameTruncated,
    LengthFramer,
    encode_frame,
)
from onthewire.framing.lines import (
    LINE_LIMIT,
    InvalidText,
    Line,
    LineEvent,
    LineFramer,
    LineTooLong,
    Unterminated,
    encode_line,
)

__all__ = [
    "FRAME_LIMIT",
    "HEADER_SIZE",
    "HEADER_VERSION",
    "LINE_LIMIT",
    "BadChecksum",
    "Frame",
    "FrameEvent",
    "FrameTooLong",
    "FrameTruncated",
    "FramingError",
    "HeaderEvent",
    "HeaderFramer",
    "InvalidText",
    "LengthFramer",
    "Line",
    "LineEvent",
    "LineFramer",
    "LineTooLong",
    "Message",
    "MessageTooLong",
    "MessageTruncated",
    "NotALine",
    "StreamEnded",
    "TooLong",
    "UnknownVersion",
    "Unterminated",
    "encode_frame",
    "encode_line",
    "encode_message",
]
