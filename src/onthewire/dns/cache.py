"""What a resolver remembers, and for how long: answers, and that there is none (RFC 2308)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from onthewire.dns import codes
from onthewire.dns.message import Record
from onthewire.dns.names import Name
from onthewire.dns.records import SOA

ENTRIES = 10_000
"""Sets of records that are remembered; with some hundred octets each, a few MB."""

LONGEST = 86_400
"""Seconds that an answer is remembered at most: a day, whatever its TTL says."""

LONGEST_NEGATIVE = 10_800
"""Seconds that "there is none" is remembered at most: three hours (RFC 2308 section 5)."""

Value = TypeVar("Value")


# --8<-- [start:Expiring]
class Expiring(Generic[Value]):
    """A dictionary whose values end.

    Args:
        entries: how many are kept; the one that was put in first goes first.
        clock: gives seconds that only grow.
    """

    def __init__(self, entries: int = ENTRIES, clock: Callable[[], float] = time.monotonic) -> None:
        self._entries = entries
        self._clock = clock
        self._held: dict[object, tuple[float, Value]] = {}

    def put(self, key: object, value: Value, seconds: float) -> None:
        """Keep a value for so many seconds; none at all for 0."""
        self._held.pop(key, None)
        if seconds <= 0:
            return
        if len(self._held) >= self._entries:
            del self._held[next(iter(self._held))]
        self._held[key] = (self._clock() + seconds, value)

    def get(self, key: object) -> tuple[Value, float] | None:
        """The value and the seconds that it has left; None where there is none any more."""
        if key not in self._held:
            return None
        end, value = self._held[key]
        left = end - self._clock()
        if left <= 0:
            del self._held[key]
            return None
        return value, left

    def __len__(self) -> int:
        return len(self._held)


# --8<-- [end:Expiring]
# --8<-- [start:Known]
@dataclass(frozen=True, slots=True)
class Known:
    """What is known about a name and a type.

    Attributes:
        rcode: NOERROR or NXDOMAIN.
        records: the answer; empty where there is none.
        soa: says for how long "there is none" holds.
    """

    rcode: int
    records: tuple[Record, ...] = ()
    soa: Record | None = None


# --8<-- [end:Known]
# --8<-- [start:Cache]
class Cache:
    """Answers, each for as long as its TTL allows.

    Args:
        entries: how many sets of records are kept.
        clock: gives seconds that only grow.
    """

    def __init__(self, entries: int = ENTRIES, clock: Callable[[], float] = time.monotonic) -> None:
        self._known: Expiring[Known] = Expiring(entries, clock)

    def put(self, records: Sequence[Record]) -> None:
        """Remember a set of records: all those of one name and type, for the shortest TTL."""
        first = records[0]
        seconds = min(LONGEST, *(record.ttl for record in records))
        self._known.put((first.name, first.type), Known(codes.NOERROR, tuple(records)), seconds)

    def put_negative(self, name: Name, kind: int, rcode: int, soa: Record | None) -> None:
        """Remember that there is none.

        For how long says the SOA record: the lower of its TTL and its last field (RFC 2308 section
        5). Without one, nothing is remembered.

        Args:
            name: that was asked for.
            kind: the type that was asked for.
            rcode: NXDOMAIN, which holds for all types, or NOERROR, which holds for this one.
            soa: from the authority section.
        """
        if soa is None or not isinstance(soa.data, SOA):
            return
        seconds = min(LONGEST_NEGATIVE, soa.ttl, soa.data.minimum)
        key = (name, None if rcode == codes.NXDOMAIN else kind)
        self._known.put(key, Known(rcode, (), soa), seconds)

    def get(self, name: Name, kind: int) -> Known | None:
        """What is known, with the TTLs that are left; None for nothing."""
        found = self._known.get((name, kind)) or self._known.get((name, None))
        if found is None:
            return None
        known, left = found
        aged = tuple(replace(record, ttl=int(left)) for record in known.records)
        soa = known.soa and replace(known.soa, ttl=int(left))
        return Known(known.rcode, aged, soa)

    def __len__(self) -> int:
        return len(self._known)


# --8<-- [end:Cache]
