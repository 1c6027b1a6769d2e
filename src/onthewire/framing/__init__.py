"""Framing: where a message ends in a stream of octets, without I/O.

TCP delivers octets in order and keeps no boundaries between them (RFC 9293 section 2.2), so each
protocol on top of it marks its own. Two ways are here: ``lines`` ends a message with LF,
``lengths`` writes the number of its octets before it. A framer takes octets as they arrive, in
pieces of any size, and gives back events. It neither reads a socket nor knows a clock.
"""

from onthewire.framing.errors import FramingError, NotALine, StreamEnded, TooLong
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
    "LINE_LIMIT",
    "Frame",
    "FrameEvent",
    "FrameTooLong",
    "FrameTruncated",
    "FramingError",
    "InvalidText",
    "LengthFramer",
    "Line",
    "LineEvent",
    "LineFramer",
    "LineTooLong",
    "NotALine",
    "StreamEnded",
    "TooLong",
    "Unterminated",
    "encode_frame",
    "encode_line",
]
