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
