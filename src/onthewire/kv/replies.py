"""The client's parser, without I/O: octets in, replies out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from onthewire.kv.grammar import LINE_FEED, LINE_LIMIT, VALUE_LIMIT, Error, number


@dataclass(frozen=True, slots=True)
class Greeting:
    """``KV version``: the version that is spoken from now on."""

    version: int


@dataclass(frozen=True, slots=True)
class Done:
    """``OK``"""


@dataclass(frozen=True, slots=True)
class Missing:
    """``NONE``: there is no such key."""


@dataclass(frozen=True, slots=True)
class Value:
    """``VALUE length`` and the value."""

    value: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """``ERR code``"""

    error: Error


@dataclass(frozen=True, slots=True)
class NoReply:
    """What is no reply of this protocol; `octets` are those that could not be read.

    Nothing behind it is read: the connection is of no more use.
    """

    octets: bytes


Reply: TypeAlias = Greeting | Done | Missing | Value | Refusal | NoReply


# --8<-- [start:encode_reply]
def encode_reply(reply: Greeting | Done | Missing | Value | Refusal) -> bytes:
    """The octets of one reply."""
    match reply:
        case Greeting(version):
            return b"KV %d\n" % version
        case Done():
            return b"OK\n"
        case Missing():
            return b"NONE\n"
        case Value(value):
            return b"VALUE %d\n%b\n" % (len(value), value)
        case Refusal(error):
            return f"ERR {error.value}\n".encode("ascii")


# --8<-- [end:encode_reply]
class ReplyReader:
    """Turns the octets of a server, in pieces of any size, into replies.

    Between two calls it holds at most one reply.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._broken = False

    @property
    def inside_reply(self) -> bool:
        """Whether a reply has begun whose last octet has not come."""
        return bool(self._held)

    def feed(self, data: bytes) -> list[Reply]:
        """Take the next octets; returns the replies that they complete, in order."""
        replies: list[Reply] = []
        if self._broken:
            return replies
        self._held += data
        while (reply := self._next()) is not None:
            replies.append(reply)
            if isinstance(reply, NoReply):
                self._broken = True
                self._held.clear()
                break
        return replies

    def _next(self) -> Reply | None:
        end = self._held.find(b"\n", 0, LINE_LIMIT + 1)
        if end < 0:
            return self._no_reply() if len(self._held) > LINE_LIMIT else None
        reply: Reply
        size = end + 1
        match bytes(self._held[:end]).split(b" "):
            case [b"OK"]:
                reply = Done()
            case [b"NONE"]:
                reply = Missing()
            case [b"KV", digits] if version := number(digits):
                reply = Greeting(version)
            case [b"ERR", code] if code in _ERRORS:
                reply = Refusal(_ERRORS[code])
            case [b"VALUE", digits]:
                length = number(digits)
                if length is None or length > VALUE_LIMIT:
                    return self._no_reply()
                if len(self._held) <= size + length:
                    return None
                if self._held[size + length] != LINE_FEED:
                    return self._no_reply()
                reply = Value(bytes(self._held[size : size + length]))
                size += length + 1
            case _:
                return self._no_reply()
        del self._held[:size]
        return reply

    def _no_reply(self) -> NoReply:
        return NoReply(bytes(self._held[: LINE_LIMIT + 1]))


_ERRORS = {error.value.encode("ascii"): error for error in Error}
