"""A small internet of names on the loopback: a root, one top level domain and two zones.

The servers have addresses that are kept for examples (RFC 5737), and ports of the loopback behind
them: `Lab.reach` plays the part of the routers between.
"""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from onthewire.dns.names import Name
from onthewire.dns.resolver import Resolver
from onthewire.dns.responder import Responder
from onthewire.dns.server import DNSServer, serving
from onthewire.dns.zonefile import read_zone

ROOT_SERVER = (Name.parse("a.root.test."), "192.0.2.1")
"""Name and address of the root's server: all that a resolver has to know (RFC 9609)."""

ROOT_ZONE = """
$TTL 86400
.           SOA a.root.test. lab.test. 1 3600 900 604800 300
            NS  a.root.test.
a.root.test. A  192.0.2.1
test.       NS  ns.nic.test.
ns.nic.test. A  192.0.2.2
"""

TEST_ZONE = """
$ORIGIN test.
$TTL 3600
@           SOA ns.nic lab 1 3600 900 604800 300
            NS  ns.nic
ns.nic      A   192.0.2.2
a.root      A   192.0.2.1
bakery      NS  ns1.bakery
            NS  ns2.ovens   ; the other zone's server helps out
ns1.bakery  A   192.0.2.3
ovens       NS  ns2.ovens
ns2.ovens   A   192.0.2.4
"""

BAKERY_ZONE = """
$ORIGIN bakery.test.
$TTL 300
@           SOA ns1 baker 1 3600 900 604800 60
            NS  ns1
            NS  ns2.ovens.test.
            MX  10 mail
            TXT "rye and wheat, from five in the morning"
            CAA 0 issue "ca.test"
ns1         A   192.0.2.3
www         A   192.0.2.80
            A   192.0.2.81
            AAAA 2001:db8::80
mail        A   192.0.2.25
shop        CNAME front.ovens.test.
_http._tcp  SRV 0 0 80 www
*.menu      TXT "dish of the day"
"""

OVENS_ZONE = """
$ORIGIN ovens.test.
$TTL 300
@           SOA ns2 smith 1 3600 900 604800 60
            NS  ns2
ns2         A   192.0.2.4
front       A   192.0.2.90
"""

LAB = {
    "192.0.2.1": [ROOT_ZONE],
    "192.0.2.2": [TEST_ZONE],
    "192.0.2.3": [BAKERY_ZONE],
    "192.0.2.4": [OVENS_ZONE, BAKERY_ZONE],
}
"""Which zones the server at an address has."""


# --8<-- [start:Lab]
class Lab:
    """Runs the servers of the lab while it is used in a `with` block."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._servers: dict[str, DNSServer] = {}

    def __enter__(self) -> Self:
        with self._stack:
            for address, zones in LAB.items():
                responder = Responder(read_zone(zone) for zone in zones)
                self._servers[address] = DNSServer(responder)
            self._stack.enter_context(serving(*self._servers.values()))
            self._stack = self._stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def reach(self, address: str) -> tuple[str, int]:
        """Where the server with this address really is: address and port on the loopback.

        Raises:
            ConnectionError: no server of the lab has the address.
        """
        if address not in self._servers:
            raise ConnectionError(f"nobody in the lab has the address {address}")
        return self._servers[address].address

    def resolver(self) -> Resolver:
        """A resolver that begins at the root of the lab."""
        return Resolver([ROOT_SERVER], reach=self.reach)


# --8<-- [end:Lab]
