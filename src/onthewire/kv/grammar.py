"""The words of the key-value protocol, version 1: commands, errors, limits.

The specification is the page *The key-value protocol* of the course.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TypeAlias

VERSION = 1
"""The highest version that is spoken here."""

LINE_LIMIT = 128
"""Octets before the LF of a line; the longest command needs 73."""

VALUE_LIMIT = 4_096
"""Octets of a value. A GET of six octets brings as many, so this also bounds what 1,024 octets of
commands can make a server hold: about 700 KB."""

STORE_LIMIT = 1_048_576
"""Octets of all keys and values together."""

LINE_FEED = 0x0A

_KEY = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
_NUMBER = re.compile(rb"0|[1-9][0-9]{0,5}")


class Error(enum.Enum):
    """What an ``ERR`` reply says."""

    BUSY = "busy"
    COMMAND = "command"
    END = "end"
    FULL = "full"
    IDLE = "idle"
    KEY = "key"
    LENGTH = "length"
    LINE = "line"
    VALUE = "value"
    VERSION = "version"

    @property
    def closes(self) -> bool:
        """Whether the connection ends after it."""
        return self not in (Error.COMMAND, Error.FULL, Error.KEY)


@dataclass(frozen=True, slots=True)
class Hello:
    """``KV version``: the client speaks versions up to this one."""

    version: int


@dataclass(frozen=True, slots=True)
class Get:
    """``GET key``"""

    key: bytes


@dataclass(frozen=True, slots=True)
class Put:
    """``SET key length`` and the value."""

    key: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Delete:
    """``DEL key``"""

    key: bytes


@dataclass(frozen=True, slots=True)
class Quit:
    """``QUIT``"""


@dataclass(frozen=True, slots=True)
class Invalid:
    """What is no command of this version, and the error that it is answered with."""

    error: Error


Command: TypeAlias = Hello | Get | Put | Delete | Quit | Invalid


def is_key(octets: bytes) -> bool:
    """Whether these octets are a key: 1 to 64 letters, digits, and ``. _ : -``."""
    return _KEY.fullmatch(octets) is not None


def number(octets: bytes) -> int | None:
    """The number that these octets are, or None: at most six digits, no sign, no zero in front.

    ``int`` would take ``+5``, ``05``, ``5_0`` and digits of other scripts as well, and what two
    readers take for different numbers is cut in different places.
    """
    return int(octets) if _NUMBER.fullmatch(octets) else None


def encode_put(key: bytes, value: bytes) -> bytes:
    """The octets of a SET.

    Raises:
        ValueError: that is no key, or the value is over `VALUE_LIMIT`. A key with LF in it would be
            another command for the server.
    """
    if not is_key(key):
        raise ValueError(f"{key[:80]!r} is no key: 1 to 64 letters, digits, and . _ : -")
    if len(value) > VALUE_LIMIT:
        raise ValueError(f"a value of {len(value):,} octets; at most {VALUE_LIMIT:,} are allowed")
    return b"SET %b %d\n%b\n" % (key, len(value), value)
