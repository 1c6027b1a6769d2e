"""One question and which response belongs to it, without I/O.

A datagram with an answer can come from anybody who writes the server's address on it. What a
stranger who does not see the question would have to guess (RFC 5452 section 4): the port that it
came from, which is the system's to choose, the id, and the letters of the name in the very case in
which it was asked. Servers repeat the name octet by octet, so a random case makes it harder.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from onthewire.dns import codes
from onthewire.dns.errors import DNSError
from onthewire.dns.message import EDNS_SIZE, Edns, Message, Question, Record, decode, encode
from onthewire.dns.names import Name

_SECRET = random.SystemRandom()


# --8<-- [start:Asked]
class Asked:
    """A question on its way.

    Args:
        question: what is asked.
        recursion: whether the server is to ask others.
        mixed_case: whether letters get a random case, and the response must have the same.
        bits: gives so many random bits; they must not be predictable.
    """

    def __init__(
        self,
        question: Question,
        *,
        recursion: bool = True,
        mixed_case: bool = True,
        bits: Callable[[int], int] = _SECRET.getrandbits,
    ) -> None:
        name = mixed(question.name, bits) if mixed_case else question.name
        self._question = question
        self._mixed_case = mixed_case
        self._message = Message(
            id=bits(16),
            recursion_desired=recursion,
            questions=(Question(name, question.type, question.rclass),),
            edns=Edns(EDNS_SIZE),
        )
        self.octets = encode(self._message)
        """The message to send."""

    def accept(self, data: bytes) -> Message | None:
        """The response, if these octets are one to this question; None if they are to be ignored.

        Args:
            data: a message from the server that was asked; that it is from there is for the socket
                to check.
        """
        try:
            response = decode(data)
        except DNSError:
            return None
        if not response.response or response.id != self._message.id:
            return None
        if not response.questions and response.rcode in (codes.FORMERR, codes.NOTIMP):
            return response  # A server that could not read the question cannot repeat it.
        if response.questions != self._message.questions:
            return None
        name, wanted = response.questions[0].name, self._message.questions[0].name
        if self._mixed_case and name.wire != wanted.wire:
            return None
        return self._in_our_case(response)

    def _in_our_case(self, response: Message) -> Message:
        """The response with the name as it was given here, not as it was sent."""
        name = self._question.name

        def ours(records: tuple[Record, ...]) -> tuple[Record, ...]:
            return tuple(replace(one, name=name) if one.name == name else one for one in records)

        return replace(
            response,
            questions=(self._question,),
            answers=ours(response.answers),
            authorities=ours(response.authorities),
            additionals=ours(response.additionals),
        )


# --8<-- [end:Asked]
def mixed(name: Name, bits: Callable[[int], int]) -> Name:
    """The name with each letter in a random case."""
    return Name(
        bytes(
            octet ^ 0x20 if chr(octet).isascii() and chr(octet).isalpha() and bits(1) else octet
            for octet in label
        )
        for label in name.labels
    )
