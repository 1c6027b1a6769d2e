"""A stub resolver: asks one server, over UDP and, where that has no room, over TCP.

It is what a program needs that has a resolver to ask (RFC 1034 section 5.3.1).
"""

from __future__ import annotations

import socket

from onthewire.dns import codes
from onthewire.dns.errors import NoResponse
from onthewire.dns.message import Message, Question
from onthewire.dns.names import Name
from onthewire.dns.questions import Asked
from onthewire.sockets import Deadline, EndOfStream, recv_exactly, send_all

TRY_TIME = 2.0
"""Seconds to wait for a response; a lost datagram costs as much, so it is not longer."""

TRIES = 3
"""How often a server is asked; with a tenth of all datagrams lost, 1 question in 150 fails."""

_DATAGRAM = 65_535


# --8<-- [start:ask]
def ask(
    server: tuple[str, int],
    question: Question,
    *,
    recursion: bool = True,
    tries: int = TRIES,
    try_time: float = TRY_TIME,
    mixed_case: bool = True,
) -> Message:
    """Ask a server, and again where no response comes; over TCP where it has no room in UDP.

    Args:
        server: its address and port.
        question: what is asked.
        recursion: whether the server is to ask others.
        tries: how often it is asked over UDP, each time with a new id from a new port.
        try_time: seconds for each try, and for the conversation over TCP.
        mixed_case: see `Asked`.

    Returns:
        The response, whatever it says: its `rcode` has to be looked at.

    Raises:
        NoResponse: no response came, or none over TCP.
    """
    why = "no response"
    for _ in range(tries):
        asked = Asked(question, recursion=recursion, mixed_case=mixed_case)
        deadline = Deadline(try_time)
        try:
            response = over_udp(server, asked, deadline)
            if not response.truncated:
                return response
            return over_tcp(server, asked, Deadline(try_time))
        except TimeoutError:
            why = f"no response within {try_time:g} s"
        except (OSError, EndOfStream) as error:
            why = f"no response: {type(error).__name__}"
    raise NoResponse(f"{server[0]} port {server[1]}: {why}, {tries} times")


# --8<-- [end:ask]
# --8<-- [start:over_udp]
def over_udp(server: tuple[str, int], asked: Asked, deadline: Deadline) -> Message:
    """Ask over UDP, once, and wait for the response; other datagrams are ignored.

    Args:
        server: its address and port.
        asked: the question.
        deadline: bounds the whole of it, however much else comes.

    Raises:
        TimeoutError: the deadline passed first.
        OSError: the server cannot be reached; nobody uses the port.
    """
    family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        # Connected, the socket gets datagrams of this address and port alone.
        sock.connect(server)
        sock.send(asked.octets)
        while remaining := deadline.remaining():
            sock.settimeout(remaining)
            response = asked.accept(sock.recv(_DATAGRAM))
            if response is not None:
                return response
        raise TimeoutError("the deadline has passed")


# --8<-- [end:over_udp]
# --8<-- [start:over_tcp]
def over_tcp(server: tuple[str, int], asked: Asked, deadline: Deadline) -> Message:
    """Ask over TCP: a length of two octets stands before each message (RFC 1035 section 4.2.2).

    Args:
        server: its address and port.
        asked: the question.
        deadline: bounds the whole of it.

    Raises:
        TimeoutError: the deadline passed first.
        EndOfStream: the server ended the connection first.
        OSError: the server cannot be reached, or what came is no response to the question.
    """
    with socket.create_connection(server, max(deadline.remaining(), 0.001)) as sock:
        send_all(sock, len(asked.octets).to_bytes(2, "big") + asked.octets, deadline)
        size = int.from_bytes(recv_exactly(sock, 2, deadline), "big")
        response = asked.accept(recv_exactly(sock, size, deadline))
    if response is None:
        raise ConnectionError("what came over TCP is no response to the question")
    return response


# --8<-- [end:over_tcp]
def lookup(server: tuple[str, int], name: str, kind: str = "A") -> list[str]:
    """What stands at a name, as texts: `lookup(("127.0.0.1", 15000), "www.bakery.test", "MX")`.

    Args:
        server: address and port of a resolver, or of a server of the zone.
        name: the name, with or without the dot at its end.
        kind: the type.

    Returns:
        The records of the type; an empty list where the name has none, or does not exist.

    Raises:
        DNSError: the name or the type is none.
        NoResponse: no response came, or one that reports an error of the server.
    """
    number = codes.type_number(kind)
    response = ask(server, Question(Name.parse(name), number))
    if response.rcode not in (codes.NOERROR, codes.NXDOMAIN):
        raise NoResponse(f"{server[0]} says {codes.rcode_text(response.rcode)}")
    return [str(record.data) for record in response.answers if record.type == number]
