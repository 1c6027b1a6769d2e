"""The way down from the root to an answer, without I/O (RFC 1034 section 5.3.3).

Each server is asked the whole question. One that does not know the answer refers to servers of a
zone nearer to the name, and those are asked next. What a server says is believed only where it
has to know it: about names within the zone for which it was asked, its "bailiwick" (RFC 5452
section 6).

A resolution is a generator: it yields what is to be asked, is sent the response, or None where
none came, and returns the result. Whoever drives it may use sockets, or none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field

from onthewire.dns import codes
from onthewire.dns.cache import ENTRIES, LONGEST, Cache, Expiring
from onthewire.dns.errors import ResolutionFailed
from onthewire.dns.message import Message, Question, Record
from onthewire.dns.names import ROOT, Name
from onthewire.dns.records import AAAA, CNAME, NS, A

QUESTIONS = 40
"""Questions to servers for one question of a client.

Names with many servers that are down, or that were made to cause work, end here. Resolvers without
such a bound could be made to send thousands of them for one question (CVE-2020-12662).
"""

ALIAS_STEPS = 8
"""Aliases followed for one question; longer rows are mistakes or loops."""

DEPTH = 3
"""Names of servers whose addresses have to be found first, one because of the other."""

SERVERS = 4
"""Servers of one zone that are tried; those whose address is known come first."""


# --8<-- [start:Ask]
@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be asked next.

    Attributes:
        address: of the server, IPv4 or IPv6.
        server: its name.
        zone: the zone for which it is asked.
        question: the whole question.
        depth: 0, or how many questions wait for the address of a server.
    """

    address: str
    server: Name
    zone: Name
    question: Question
    depth: int = 0


# --8<-- [end:Ask]
@dataclass(slots=True)
class Result:
    """The end of a resolution.

    Attributes:
        rcode: NOERROR or NXDOMAIN.
        answers: the aliases that led to the records, then the records; none where there are none.
        authorities: the SOA record that says for how long there are none.
        asked: how many servers were asked.
    """

    rcode: int = codes.NOERROR
    answers: list[Record] = field(default_factory=list)
    authorities: list[Record] = field(default_factory=list)
    asked: int = 0


@dataclass(frozen=True, slots=True)
class _Servers:
    """A zone, and its servers with the addresses that are known."""

    zone: Name
    addresses: dict[Name, tuple[str, ...]]


@dataclass(slots=True)
class _Work:
    """What is left of the work that one question may cause."""

    asked: int = 0


_Asking = Generator[Ask, Message | None, Result]


# --8<-- [start:Iterative]
class Iterative:
    """Resolves names from the root, and remembers what it learns.

    Args:
        roots: names and addresses of the servers of the root.
        entries: how many sets of records, and how many zones, are remembered.
        clock: gives seconds that only grow.
    """

    def __init__(
        self,
        roots: Iterable[tuple[Name, str]],
        entries: int = ENTRIES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        addresses: dict[Name, tuple[str, ...]] = {}
        for name, address in roots:
            addresses[name] = (*addresses.get(name, ()), address)
        self._roots = _Servers(ROOT, addresses)
        self._zones: Expiring[_Servers] = Expiring(entries, clock)
        self.cache = Cache(entries, clock)

    def resolve(self, question: Question) -> _Asking:
        """Find the answer.

        Raises:
            ResolutionFailed: no server gives one, or it would take too much work.
        """
        return self._resolve(question, _Work(), 0)

    # --8<-- [start:resolve]
    def _resolve(self, question: Question, work: _Work, depth: int) -> _Asking:
        """Follow aliases until there are records, or there is certainty that there are none."""
        name, kind = question.name, question.type
        result = Result()
        for _ in range(ALIAS_STEPS):
            known = self.cache.get(name, kind)
            if known is None and (alias := self.cache.get(name, codes.CNAME)) and alias.records:
                known = alias
            if known is None:
                asking = Question(name, kind)
                found = yield from self._ask_down(asking, work, depth)
            else:
                found = Result(known.rcode, list(known.records))
                found.authorities = [known.soa] if known.soa else []
            result.answers += found.answers
            result.rcode, result.authorities = found.rcode, found.authorities
            result.asked = work.asked
            last = found.answers[-1].data if found.answers else None
            if not isinstance(last, CNAME) or kind == codes.CNAME:
                return result
            if found.authorities or found.rcode == codes.NXDOMAIN:
                return result
            name = last.target
        raise ResolutionFailed(f"{question}: more than {ALIAS_STEPS} aliases")

    # --8<-- [end:resolve]
    # --8<-- [start:ask_down]
    def _ask_down(self, question: Question, work: _Work, depth: int) -> _Asking:
        """Ask the nearest servers that are known, and follow their referrals."""
        servers = self._nearest(question)
        while True:
            response = yield from self._ask_any(servers, question, work, depth)
            next_servers = self._referral(response, servers.zone, question)
            if next_servers is None:
                return self._learn(response, servers.zone, question)
            servers = next_servers

    # --8<-- [end:ask_down]
    def _nearest(self, question: Question) -> _Servers:
        for above in question.name.ancestors():
            if found := self._zones.get(above):
                return found[0]
        return self._roots

    def _ask_any(
        self, servers: _Servers, question: Question, work: _Work, depth: int
    ) -> Generator[Ask, Message | None, Message]:
        """Ask one server after the other until a response is of use."""
        known_first = sorted(servers.addresses.items(), key=lambda item: not item[1])
        for server, addresses in known_first[:SERVERS]:
            if not addresses:
                addresses = yield from self._addresses(server, servers.zone, work, depth)
            for address in addresses:
                if work.asked >= QUESTIONS:
                    raise ResolutionFailed(f"{question}: {QUESTIONS} questions were not enough")
                work.asked += 1
                response = yield Ask(address, server, servers.zone, question, depth)
                if response is not None and self._of_use(response, servers.zone, question):
                    return response
        raise ResolutionFailed(f"{question}: no server of {servers.zone} gives an answer")

    def _addresses(
        self, server: Name, zone: Name, work: _Work, depth: int
    ) -> Generator[Ask, Message | None, tuple[str, ...]]:
        """The addresses of a server that came without; empty where they cannot be found."""
        if depth >= DEPTH or (zone != ROOT and server.is_within(zone)):
            return ()  # Within its own zone it could only be asked for itself.
        try:
            found = yield from self._resolve(Question(server, codes.A), work, depth + 1)
        except ResolutionFailed:
            return ()
        return _addresses_in(found.answers)

    def _of_use(self, response: Message, zone: Name, question: Question) -> bool:
        """Whether a response says anything: an answer, a referral, or that there is none."""
        if response.rcode == codes.NXDOMAIN:
            return True
        if response.rcode != codes.NOERROR:
            return False
        return (
            self._referral_to(response, zone, question) is not None
            or bool(_chain(response, zone, question))
            or _soa(response, zone, question) is not None
            or response.authoritative
        )

    def _referral_to(self, response: Message, zone: Name, question: Question) -> Name | None:
        """The zone to which the response refers: nearer to the name than the one that was asked."""
        if response.answers or response.rcode != codes.NOERROR:
            return None
        for record in response.authorities:
            nearer = record.name.is_within(zone) and record.name != zone
            if isinstance(record.data, NS) and nearer and question.name.is_within(record.name):
                return record.name
        return None

    # --8<-- [start:referral]
    def _referral(self, response: Message, zone: Name, question: Question) -> _Servers | None:
        """The servers to ask next, with the addresses that came along; None for no referral.

        Addresses count only for names within the zone of the server that gave them.
        """
        cut = self._referral_to(response, zone, question)
        if cut is None:
            return None
        seconds = LONGEST
        addresses: dict[Name, tuple[str, ...]] = {}
        for record in response.authorities:
            if isinstance(record.data, NS) and record.name == cut:
                host = record.data.target
                glue = [one for one in response.additionals if one.name == host]
                addresses[host] = _addresses_in(glue) if host.is_within(zone) else ()
                seconds = min(seconds, record.ttl, *(one.ttl for one in glue))
        found = _Servers(cut, addresses)
        self._zones.put(cut, found, seconds)
        return found

    # --8<-- [end:referral]
    def _learn(self, response: Message, zone: Name, question: Question) -> Result:
        """The end of the way in this zone: what counts of the answer, now remembered."""
        chain = _chain(response, zone, question)
        for records in chain:
            for kind in {record.type for record in records}:  # More than one for ANY.
                self.cache.put([record for record in records if record.type == kind])
        result = Result(answers=[record for records in chain for record in records])
        name = question.name
        if chain:
            last = chain[-1][-1].data
            if not isinstance(last, CNAME) or question.type == codes.CNAME:
                return result
            name = last.target
            if not name.is_within(zone):
                return result  # Somebody else has to say what is there.
        soa = _soa(response, zone, Question(name, question.type))
        if soa is not None or not chain:
            # A negative answer; it is about the last alias (RFC 2308 section 2.1).
            result.rcode = response.rcode
            result.authorities = [] if soa is None else [soa]
            self.cache.put_negative(name, question.type, response.rcode, soa)
        return result


# --8<-- [end:Iterative]
def _addresses_in(records: Sequence[Record]) -> tuple[str, ...]:
    return tuple(str(one.data.address) for one in records if isinstance(one.data, A | AAAA))


# --8<-- [start:chain]
def _chain(response: Message, zone: Name, question: Question) -> list[list[Record]]:
    """What counts of the answer section: aliases from the name on, each of the zone, then records.

    Everything else in the section was not asked for, or is not this server's to say.
    """
    chain: list[list[Record]] = []
    name = question.name
    while name.is_within(zone) and len(chain) < ALIAS_STEPS:
        here = [one for one in response.answers if one.name == name and one.rclass == codes.IN]
        wanted = [one for one in here if question.type in (one.type, codes.ANY)]
        if wanted:
            return [*chain, wanted]
        alias = next((one for one in here if isinstance(one.data, CNAME)), None)
        if alias is None:
            break
        chain.append([alias])
        assert isinstance(alias.data, CNAME)
        name = alias.data.target
    return chain


# --8<-- [end:chain]
def _soa(response: Message, zone: Name, question: Question) -> Record | None:
    for record in response.authorities:
        within = record.name.is_within(zone) and question.name.is_within(record.name)
        if record.type == codes.SOA and within:
            return record
    return None
