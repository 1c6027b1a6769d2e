"""What a server allows its clients, each limit with its default and its reason."""

from __future__ import annotations

from dataclasses import dataclass

from onthewire.framing import LINE_LIMIT


# --8<-- [start:Limits]
@dataclass(frozen=True, slots=True)
class Limits:
    """What a server allows its clients.

    Attributes:
        clients: connections served at one time. 200 leave room under 256 descriptors, the usual
            limit of a process on macOS, and are as many threads as any machine runs.
        refusals: connections above `clients` that are told so at one time. Telling takes a socket
            too, so it is bounded as well; connections above both are closed without a word.
        receive: octets taken from one connection at a time. Small, so that a client that sends
            without end waits for its turn like all others.
        output: octets held for a client that does not read. Above it nothing more is received
            from that client, so that 1,000 of them hold about 66 MB and not everything. What one
            `receive` is answered with comes on top.
        line: octets in one line, see `onthewire.framing.LINE_LIMIT`.
        idle_time: seconds between two lines. A minute is long for a program and short enough to
            get back the place of a client whose network cable was pulled: TCP alone would never
            tell (RFC 9293 section 2.2).
        line_time: seconds from the first octet of a line to its LF. Without it, an octet now and
            then would hold a place for ever.
        drain_time: seconds for a connection that is being ended to take its last octets and to
            end its own direction; after it the connection is cut. The same for a whole server
            that is being stopped, so stopping takes no longer than this.
    """

    clients: int = 200
    refusals: int = 16
    receive: int = 16_384
    output: int = 65_536
    line: int = LINE_LIMIT
    idle_time: float = 60.0
    line_time: float = 10.0
    drain_time: float = 2.0


# --8<-- [end:Limits]
