"""Errors of the program that uses a framer.

What a *peer* does wrong is never an exception here: it is an event, because the conversation goes
on and the peer gets an answer. These errors are for what the local side does wrong.
"""


class FramingError(ValueError):
    """The local side asked a framer for something that cannot be done."""


class NotALine(FramingError):
    """A text that cannot be sent as one line: it holds CR or LF, or has no UTF-8 encoding."""


class TooLong(FramingError):
    """A message longer than the limit that it is sent under.

    Attributes:
        size: what was to be sent, in octets, its framing not counted.
        limit: the most octets allowed.
    """

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"{size:,} octets to send, at most {limit:,} allowed; split the message")
        self.size = size
        self.limit = limit


class StreamEnded(FramingError):
    """A framer was used after its `end()`; each stream needs a framer of its own."""

    def __init__(self) -> None:
        super().__init__("this framer's stream has ended; make a new framer for a new stream")
