"""A zone: the records of a name and of what is below it, and the answers that they give.

RFC 1034 section 4.3.2 has the algorithm, RFC 2308 the negative answers, RFC 4592 the wildcards.
What is left out: DNSSEC, transfers to other servers (AXFR), changes while it is served.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from onthewire.dns import codes
from onthewire.dns.errors import ZoneError
from onthewire.dns.message import Question, Record
from onthewire.dns.names import Name
from onthewire.dns.records import CNAME, MX, NS, SOA, SRV

ALIAS_STEPS = 8
"""Aliases (CNAME) followed within a zone for one question; a zone that needs more is a mistake."""

_Node = dict[int, list[Record]]


# --8<-- [start:Answer]
@dataclass(slots=True)
class Answer:
    """What a zone says to a question.

    Attributes:
        rcode: NOERROR, or NXDOMAIN where there is nothing at the name and below it.
        authoritative: False for a referral to the servers of another zone.
        answers: what was asked for, and the aliases that led there.
        authorities: the SOA record where there is none; the name servers in a referral.
        additionals: addresses of the hosts that the other sections name.
    """

    rcode: int = codes.NOERROR
    authoritative: bool = True
    answers: list[Record] = field(default_factory=list)
    authorities: list[Record] = field(default_factory=list)
    additionals: list[Record] = field(default_factory=list)


# --8<-- [end:Answer]
class Zone:
    """The records of a zone.

    Args:
        soa: the record with which the zone begins; its name is that of the zone.

    Raises:
        ZoneError: the record is no SOA record.
    """

    def __init__(self, soa: Record) -> None:
        if not isinstance(soa.data, SOA):
            raise ZoneError(f"a zone begins with a SOA record; got {soa}")
        self.origin = soa.name
        self._soa = soa
        self._nodes: dict[bytes, _Node] = {}
        self.add(soa)

    @classmethod
    def of(cls, records: Iterable[Record]) -> Zone:
        """A zone of these records, in any order.

        Raises:
            ZoneError: they make no zone.
        """
        every = list(records)
        soa = next((record for record in every if record.type == codes.SOA), None)
        if soa is None:
            raise ZoneError("a zone begins with a SOA record; got none")
        zone = cls(soa)
        for record in every:
            zone.add(record)
        zone.check()
        return zone

    def add(self, record: Record) -> None:
        """Put a record into the zone; one that is there already changes nothing.

        Raises:
            ZoneError: the record cannot stand there (RFC 1034 section 3.6.2, RFC 2181 section 5.2).
        """
        name = record.name
        if not name.is_within(self.origin):
            raise ZoneError(f"{name} is outside of the zone {self.origin}")
        if record.rclass != codes.IN:
            raise ZoneError(f"the class of all records here is IN; got {record}")
        node = self._nodes.setdefault(name.key, {})
        others = node.get(record.type, [])
        if any(other.data == record.data for other in others):
            return
        if others and others[0].ttl != record.ttl:
            raise ZoneError(f"records of one name and type have one TTL; got {record}")
        if others and record.type in (codes.CNAME, codes.SOA):
            raise ZoneError(f"{name} has a {codes.type_text(record.type)} record already")
        if node and (codes.CNAME in node) != (record.type == codes.CNAME):
            raise ZoneError(f"{name} has an alias (CNAME), and nothing can stand beside one")
        if record.type == codes.SOA and name != self.origin:
            raise ZoneError(f"a SOA record belongs to {self.origin}; got one for {name}")
        node.setdefault(record.type, []).append(record)
        # Names between this one and the origin exist, even where they have no records.
        for above in name.ancestors():
            if above == self.origin:
                break
            self._nodes.setdefault(above.key, {})

    def check(self) -> None:
        """Check what can only be seen when all records are there.

        Raises:
            ZoneError: no name server is given (RFC 1034 section 4.2.1).
        """
        if codes.NS not in self._nodes[self.origin.key]:
            raise ZoneError(f"{self.origin} has no name server: an NS record is missing")

    def records(self) -> Iterator[Record]:
        """All records, in the order in which their names and types came first."""
        for node in self._nodes.values():
            for found in node.values():
                yield from found

    # --8<-- [start:answer]
    def answer(self, question: Question) -> Answer:
        """What this zone says to a question about a name within it.

        Aliases are followed as long as they stay in the zone.
        """
        answer = Answer()
        name = question.name
        met: set[Name] = set()
        while name not in met and len(met) < ALIAS_STEPS:
            met.add(name)
            if cut := self._cut(name, question.type):
                answer.authoritative = bool(answer.answers)
                answer.authorities = cut
                break
            node = self._node(name)
            if node is None:
                answer.rcode = codes.NXDOMAIN
                answer.authorities = [self.negative]
                break
            if codes.CNAME in node and question.type not in (codes.CNAME, codes.ANY):
                alias = replace(node[codes.CNAME][0], name=name)
                answer.answers.append(alias)
                assert isinstance(alias.data, CNAME)
                name = alias.data.target
                if name.is_within(self.origin):
                    continue
                break
            found = _asked(node, question.type)
            if found:
                answer.answers += [replace(record, name=name) for record in found]
            else:
                answer.authorities = [self.negative]
            break
        answer.additionals = self._addresses([*answer.answers, *answer.authorities])
        return answer

    # --8<-- [end:answer]
    @property
    def negative(self) -> Record:
        """The SOA record that says for how long "there is none" holds (RFC 2308 section 3)."""
        assert isinstance(self._soa.data, SOA)
        return replace(self._soa, ttl=min(self._soa.ttl, self._soa.data.minimum))

    def _cut(self, name: Name, kind: int) -> list[Record]:
        """The name servers of another zone that begins at the name or above it; empty if none.

        The highest one counts. A question for DS is about the other zone, but answered here
        (RFC 4035 section 3.1.4.1).
        """
        found: list[Record] = []
        for above in name.ancestors():
            if above == self.origin:
                break
            if kind == codes.DS and above == name:
                continue
            found = self._nodes.get(above.key, {}).get(codes.NS) or found
        return list(found)

    def _node(self, name: Name) -> _Node | None:
        """What stands at a name, or at the wildcard that stands for it; None for nothing at all.

        The wildcard is the one below the nearest name that exists (RFC 4592 section 3.3.1).
        """
        node = self._nodes.get(name.key)
        if node is not None:
            return node
        for above in name.ancestors():
            if above.key in self._nodes:
                return self._nodes.get(b"\1*" + above.key)
        return None

    def _addresses(self, records: Iterable[Record]) -> list[Record]:
        """The addresses here of the hosts that these records name."""
        hosts: dict[bytes, None] = {}
        for record in records:
            match record.data:
                case NS(target=host) | MX(exchange=host) | SRV(target=host):
                    hosts[host.key] = None
        found: list[Record] = []
        for key in hosts:
            node = self._nodes.get(key, {})
            found += node.get(codes.A, []) + node.get(codes.AAAA, [])
        return found


def _asked(node: _Node, kind: int) -> list[Record]:
    """The records of a type; for ANY those of one type, which is enough (RFC 8482 section 4.1)."""
    if kind == codes.ANY:
        return next(iter(node.values()), [])
    return node.get(kind, [])
