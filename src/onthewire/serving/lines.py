"""A line service: each line of a client is answered with one line, without I/O.

Errors of the client are answered by lines that begin with ``ERROR``. The conversation goes on
after a line that is too long or is no text, because the framing is still in step.
"""

from __future__ import annotations

from collections.abc import Callable

from onthewire.framing import (
    InvalidText,
    Line,
    LineEvent,
    LineFramer,
    LineTooLong,
    Unterminated,
    encode_line,
)
from onthewire.serving.limits import Limits

LINE_TOO_LONG = "ERROR line too long"
INVALID_TEXT = "ERROR invalid UTF-8"
BARE_CR = "ERROR bare CR"
UNTERMINATED = "ERROR unterminated line"
IDLE = "ERROR idle too long"
LINE_TOO_SLOW = "ERROR line took too long"
FULL = "ERROR too many clients"


# --8<-- [start:LineService]
class LineService:
    """One client's conversation in lines; a `onthewire.serving.Conversation`.

    Args:
        answer: gives the answer to a line; neither has a line end.
        limits: what one client may take, in octets and in seconds.
    """

    def __init__(self, answer: Callable[[str], str], limits: Limits | None = None) -> None:
        self._answer = answer
        self._limits = limits or Limits()
        self._framer = LineFramer(self._limits.line)
        self._quiet_since = 0.0
        self._line_since: float | None = None
        self._closing = False

    @property
    def closing(self) -> bool:
        """Whether the conversation is over and the connection is to be closed."""
        return self._closing

    def started(self, now: float) -> bytes:
        """The client has connected; a line service has no greeting."""
        self._quiet_since = now
        return b""

    def refused(self, now: float) -> bytes:  # noqa: ARG002
        """There is no place for this client."""
        return self._last_words(FULL)

    def received(self, data: bytes, now: float) -> bytes:
        """Answer each line that these octets complete."""
        events = self._framer.feed(data)
        if not self._framer.inside_line:
            self._line_since = None
            self._quiet_since = now
        elif self._line_since is None or b"\n" in data:
            # A line has begun. More octets of it are no reason for more time.
            self._line_since = now
        return b"".join(map(self._reply, events))

    def ended(self, now: float) -> bytes:  # noqa: ARG002
        """The client has ended its direction; a rest without a line end is an error."""
        self._closing = True
        return b"".join(map(self._reply, self._framer.end()))

    def deadline(self) -> float | None:
        """When the line that has begun must be complete, or the next one must have begun."""
        if self._line_since is not None:
            return self._line_since + self._limits.line_time
        return self._quiet_since + self._limits.idle_time

    def expired(self, now: float) -> bytes:  # noqa: ARG002
        """The client was too slow."""
        return self._last_words(IDLE if self._line_since is None else LINE_TOO_SLOW)

    def _last_words(self, text: str) -> bytes:
        self._closing = True
        return encode_line(text)

    def _reply(self, event: LineEvent) -> bytes:
        match event:
            case Line(text) if "\r" in text:
                # Passed on, it would look like a line end to some and not to others; RFC 9112
                # section 2.2 has a recipient treat it as invalid for that reason.
                reply = BARE_CR
            case Line(text):
                # The limit is for what clients send. An answer may be longer: "ŉ" has two octets
                # and its upper case has three.
                return encode_line(self._answer(text), limit=None)
            case LineTooLong():
                reply = LINE_TOO_LONG
            case InvalidText():
                reply = INVALID_TEXT
            case Unterminated():
                reply = UNTERMINATED
        return encode_line(reply)


# --8<-- [end:LineService]
