"""Happy Eyeballs: connecting to a name that has several addresses, some of which may be dead.

RFC 8305. The addresses are tried in turn, families alternating, and the next attempt begins before
the last one has given up; the first to succeed wins. `Race` decides without I/O; `connect` runs it.

Left out: asking for both families at once while the name is being resolved (section 3), since
``getaddrinfo`` answers for all of them together.
"""

from __future__ import annotations

import errno
import math
import selectors
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from itertools import chain, zip_longest
from typing import Any, NamedTuple

DELAY = 0.25
"""Seconds from one attempt to the next (RFC 8305 section 8: 250 ms, and never below 10 ms)."""


class Address(NamedTuple):
    """Where to connect: a family, and what `socket.connect` takes for it."""

    family: socket.AddressFamily
    where: tuple[Any, ...]


# --8<-- [start:alternating]
def alternating(addresses: Iterable[Address]) -> list[Address]:
    """The addresses in their order, but with the families taking turns (RFC 8305 section 4).

    The first address stays the first. A network on which a whole family is dead then costs one
    delay and not one for each address of that family.
    """
    families: dict[socket.AddressFamily, list[Address]] = {}
    for address in dict.fromkeys(addresses):
        families.setdefault(address.family, []).append(address)
    turns = chain.from_iterable(zip_longest(*families.values()))
    return [address for address in turns if address is not None]


# --8<-- [end:alternating]
# --8<-- [start:Race]
class Race:
    """Which attempt begins when (RFC 8305 section 5); times are seconds of any clock that grows.

    Call `begin` until it returns None, wait until `due` or until an attempt has ended, tell of a
    failure by `failed`, and begin again. A success ends the race: close all other attempts.

    Args:
        addresses: in the order in which they are to be tried, at least one.
        delay: seconds after which the next attempt begins if the last has not ended.

    Attributes:
        due: when `begin` has to be called if nothing happens before; infinity for never.
        running: how many attempts have begun and not failed.
    """

    def __init__(self, addresses: Sequence[Address], delay: float = DELAY) -> None:
        if not addresses:
            raise ValueError("a race needs an address")
        self._left = list(addresses)
        self._delay = delay
        self.due = -math.inf
        self.running = 0

    def begin(self, now: float) -> Address | None:
        """The address whose attempt begins now; None if none is to begin yet."""
        if not self._left or now < self.due:
            return None
        self.running += 1
        address = self._left.pop(0)
        self.due = now + self._delay if self._left else math.inf
        return address

    def failed(self, now: float) -> None:
        """An attempt has failed, so the next begins at once."""
        self.running -= 1
        if self._left:
            self.due = now

    @property
    def lost(self) -> bool:
        """Whether all attempts have failed."""
        return not self._left and not self.running


# --8<-- [end:Race]
Resolve = Callable[..., list[tuple[Any, ...]]]


# --8<-- [start:connect]
def connect(
    host: str,
    port: int,
    timeout: float = 10.0,
    delay: float = DELAY,
    resolve: Resolve = socket.getaddrinfo,
) -> socket.socket:
    """Connect to a name over TCP, by the first of its addresses that answers.

    Args:
        host: a name, or an address of either family.
        port: at all of the addresses.
        timeout: seconds for all attempts together; resolving the name comes on top.
        delay: seconds from one attempt to the next.
        resolve: gives the addresses as `socket.getaddrinfo` does.

    Returns:
        A connected socket, blocking, without a timeout.

    Raises:
        OSError: the name has no address, or all attempts failed; then the error of the first.
        TimeoutError: no attempt succeeded in time.
    """
    found = resolve(host, port, type=socket.SOCK_STREAM)
    addresses = alternating(Address(family, where) for family, _, _, _, where in found)
    race = Race(addresses, delay)
    until = time.monotonic() + timeout
    errors: list[OSError] = []
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        while not race.lost:
            now = time.monotonic()
            if now >= until:
                raise TimeoutError(f"no address of {host} answered within {timeout:g} s")
            if address := race.begin(now):
                try:
                    sock = stack.enter_context(_attempt(address))
                except OSError as failure:
                    errors.append(failure)
                    race.failed(now)
                    continue
                # On Windows a refusal is an exception, not readiness to write; selectors ask
                # for both.
                selector.register(sock, selectors.EVENT_WRITE, address)
            for key, _ in selector.select(max(0.0, min(race.due, until) - time.monotonic())):
                sock = key.fileobj  # type: ignore[assignment]
                selector.unregister(sock)
                if error := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                    sock.close()
                    errors.append(_error(error, key.data))
                    race.failed(time.monotonic())
                    continue
                sock.setblocking(True)
                # Its close is no longer the stack's: the others are closed when the block ends.
                winner = sock.dup()
                winner.settimeout(None)
                return winner
    raise errors[0]


# --8<-- [end:connect]
def _attempt(address: Address) -> socket.socket:
    """A socket that is connecting; OSError where that fails at once, as without a route."""
    sock = socket.socket(address.family)
    sock.setblocking(False)
    number = sock.connect_ex(address.where)
    if number not in (0, errno.EINPROGRESS, errno.EWOULDBLOCK):
        sock.close()
        raise _error(number, address)
    return sock


def _error(number: int, address: Address) -> OSError:
    return OSError(number, f"connecting to {address.where[0]} port {address.where[1]} failed")
