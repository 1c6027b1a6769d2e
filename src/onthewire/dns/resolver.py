"""A resolver that asks its way down from the root over sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from onthewire.dns import codes
from onthewire.dns.errors import NoResponse, ResolutionFailed
from onthewire.dns.iterative import Ask, Iterative, Result
from onthewire.dns.message import Message, Question
from onthewire.dns.names import Name
from onthewire.dns.stub import ask
from onthewire.sockets import Deadline

PORT = 53
"""Where servers listen (RFC 1035 section 4.2)."""

WHOLE_TIME = 10.0
"""Seconds for one question of a client, however many servers are asked for it."""

TRY_TIME = 1.0
"""Seconds to wait for one server before the next is tried."""


def port_53(address: str) -> tuple[str, int]:
    """Where a server with this address is: there, at port 53."""
    return address, PORT


# --8<-- [start:Resolver]
class Resolver:
    """Finds records for names, starting at the root.

    Args:
        roots: names and addresses of the servers of the root.
        reach: where a server with an address is reached; a lab has all of them on the loopback.
        watch: is told each question to a server, and the response, None where none came.
        whole_time: seconds for one question.
        try_time: seconds to wait for one server.
    """

    def __init__(
        self,
        roots: Iterable[tuple[Name, str]],
        *,
        reach: Callable[[str], tuple[str, int]] = port_53,
        watch: Callable[[Ask, Message | None], None] | None = None,
        whole_time: float = WHOLE_TIME,
        try_time: float = TRY_TIME,
    ) -> None:
        self.iterative = Iterative(roots)
        self._reach = reach
        self._watch = watch
        self._whole_time = whole_time
        self._try_time = try_time

    def resolve(self, name: Name, kind: int = codes.A) -> Result:
        """The records of a type at a name, with the aliases that lead there.

        Raises:
            ResolutionFailed: no server gives an answer, or none within the time.
        """
        deadline = Deadline(self._whole_time)
        steps = self.iterative.resolve(Question(name, kind))
        response: Message | None = None
        try:
            step = next(steps)
            while True:
                response = self._ask(step, deadline)
                step = steps.send(response)
        except StopIteration as end:
            result: Result = end.value
            return result

    def _ask(self, step: Ask, deadline: Deadline) -> Message | None:
        remaining = deadline.remaining()
        if not remaining:
            raise ResolutionFailed(f"{step.question}: not found within {self._whole_time:g} s")
        response: Message | None
        try:
            response = ask(
                self._reach(step.address),
                step.question,
                recursion=False,
                tries=2,
                # Two tries over UDP, and over TCP after each where there is no room.
                try_time=min(self._try_time, remaining / 4),
            )
        except (NoResponse, ConnectionError):
            response = None
        if self._watch is not None:
            self._watch(step, response)
        return response


# --8<-- [end:Resolver]
