"""What a server of zones answers to octets from anywhere, without I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from struct import Struct

from onthewire.dns import codes
from onthewire.dns.errors import DNSError
from onthewire.dns.message import (
    EDNS_SIZE,
    MESSAGE_SIZE,
    UDP_SIZE,
    Edns,
    Message,
    decode,
    encode_within,
)
from onthewire.dns.names import Name
from onthewire.dns.zone import Zone

_START = Struct("!HH")
_HEADER_SIZE = 12
_RESPONSE, _OPCODE, _RECURSION_DESIRED = 0x8000, 0x7800, 0x0100


# --8<-- [start:Responder]
class Responder:
    """Answers questions from zones.

    Args:
        zones: what is known here; the answer comes from the zone nearest to the name.
        payload: octets of a response over UDP, also for clients that would take more.
    """

    def __init__(self, zones: Iterable[Zone], payload: int = EDNS_SIZE) -> None:
        self._zones = {zone.origin.key: zone for zone in zones}
        self._payload = payload

    def respond(self, data: bytes, *, udp: bool) -> bytes | None:
        """The response to a message.

        Args:
            data: the message as it came.
            udp: whether it came over UDP, where responses have little room.

        Returns:
            The response; None where silence is the answer: to what has not even a header, and to
            responses, since two servers could answer each other for ever.
        """
        if len(data) < _HEADER_SIZE or data[2] & 0x80:
            return None
        try:
            query = decode(data)
        except DNSError:
            return _malformed(data)
        response = self.response(query)
        return encode_within(response, self._room(query) if udp else MESSAGE_SIZE)

    def response(self, query: Message) -> Message:
        """The response to a question, whole, however long it is."""
        response = Message(
            id=query.id,
            response=True,
            opcode=query.opcode,
            recursion_desired=query.recursion_desired,
            # A datagram has room for one; of thousands, none is repeated.
            questions=query.questions if len(query.questions) == 1 else (),
            edns=None if query.edns is None else Edns(self._payload, dnssec=query.edns.dnssec),
        )
        if query.opcode != codes.QUERY:
            return replace(response, rcode=codes.NOTIMP)
        if query.edns is not None and query.edns.version > 0:
            return replace(response, rcode=codes.BADVERS)
        if len(query.questions) != 1:
            return replace(response, rcode=codes.FORMERR)
        (question,) = query.questions
        zone = self._zone(question.name, question.type)
        transfer = question.type in (codes.AXFR, codes.IXFR)
        if zone is None or transfer or question.rclass not in (codes.IN, codes.ANY_CLASS):
            return replace(response, rcode=codes.REFUSED)
        answer = zone.answer(question)
        return replace(
            response,
            rcode=answer.rcode,
            authoritative=answer.authoritative,
            answers=tuple(answer.answers),
            authorities=tuple(answer.authorities),
            additionals=tuple(answer.additionals),
        )

    def _zone(self, name: Name, kind: int) -> Zone | None:
        """The zone nearest to a name; for DS, which is the parent's, not the one at the name."""
        nearest = None
        for above in name.ancestors():
            if zone := self._zones.get(above.key):
                if kind != codes.DS or above != name:
                    return zone
                nearest = zone
        return nearest

    def _room(self, query: Message) -> int:
        if query.edns is None:
            return UDP_SIZE
        return max(UDP_SIZE, min(query.edns.payload, self._payload))


# --8<-- [end:Responder]
def _malformed(data: bytes) -> bytes:
    """FORMERR for something with a header; nothing of the rest can be repeated."""
    identity, flags = _START.unpack_from(data)
    kept = flags & (_OPCODE | _RECURSION_DESIRED)
    return _START.pack(identity, _RESPONSE | kept | codes.FORMERR) + bytes(8)
