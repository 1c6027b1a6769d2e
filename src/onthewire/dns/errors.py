"""What can be wrong with octets, names and zone files: one error and its kinds."""

from __future__ import annotations


# --8<-- [start:DNSError]
class DNSError(ValueError):
    """Octets, a name, a record or a zone file that break the rules; the message says which.

    Whatever a peer sends, decoding it either succeeds or raises this error, and no other.
    """


# --8<-- [end:DNSError]
class ZoneError(DNSError):
    """A zone file that cannot be read, or that makes no zone.

    Attributes:
        line: number of the line, from 1; None where the zone as a whole is wrong.
    """

    def __init__(self, what: str, line: int | None = None) -> None:
        super().__init__(what if line is None else f"line {line}: {what}")
        self.line = line


class NoResponse(TimeoutError):
    """A server gave no response that could be used, however often it was asked."""


class ResolutionFailed(Exception):
    """The servers that would know the answer cannot be found, or do not give one."""
