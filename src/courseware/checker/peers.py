"""Peers that misbehave, each in one way, the same way each time.

Each is one connected end of a stream: `Peer(sock)` takes any connected socket, whether it was
connected to a server or accepted from a client; `Peer.connect(address)` and `Peer.accept(listener)`
make one. Each class says what it does on the wire and what a right program does about it.
Time is the caller's: a peer acts when a method is called, and no method sleeps.
"""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Self

from courseware.checker.unread import wait_until_read
from courseware.checker.wire import PATIENCE, Connection, cut
from onthewire.sockets import Deadline, DeadlineExceeded, send_all

SMALL_BUFFER = 65_536
"""Octets of a receive buffer that fills soon; the system may double it."""

BLOCK = 65_536
"""Octets that `FloodPeer` and `NonReader` send at once."""

STALLED = 0.5
"""Seconds without a single octet taken after which the other end counts as not receiving."""


class Peer(Connection):
    """One end of a connection that is about to misbehave."""

    @classmethod
    def connect(cls, address: tuple[str, int], patience: float = PATIENCE) -> Self:
        """Be a client of the server at this address."""
        return cls(cls.open_socket(address, patience), patience)

    @classmethod
    def accept(cls, listener: socket.socket, patience: float = PATIENCE) -> Self:
        """Be the server of the next client that connects; TimeoutError where none does."""
        listener.settimeout(patience)
        return cls(listener.accept()[0], patience)

    def ended(self, within: float) -> bool:
        """Whether the other end ends or cuts the connection within so many seconds.

        What it sends meanwhile is thrown away.
        """
        deadline = Deadline(within)
        while not deadline.expired:
            try:
                if not self._receive(deadline):
                    return True
            except TimeoutError:
                return False
            except ConnectionError:
                return True
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class ChunkyPeer(Peer):
    """Sends a message in pieces, each received by itself.

    On the wire: every piece is a segment of its own, sent once the program has received the one
    before it. A right program gives the same answer wherever the message is cut, because a stream
    has no message boundaries (RFC 9293 section 2.2). A client or a server.
    """

    @staticmethod
    def splits(message: bytes) -> Iterator[Sequence[bytes]]:
        """Every way to send it in two pieces, then the one in single octets."""
        for position in range(1, len(message)):
            yield cut(message, position)
        yield cut(message, *range(1, len(message)))

    def send_octets(self, message: bytes, one_message: bool = False) -> None:
        """Send it one octet at a time."""
        self.send_pieces(cut(message, *range(1, len(message))), one_message)


class SilentPeer(Peer):
    """Connects and says nothing, or nothing more after a beginning.

    On the wire: the handshake, the octets of `begin`, and then no segment at all; the connection
    stays open. A right program serves the others meanwhile, and ends this connection after a time
    of its own choice. A client or a server.
    """

    def begin(self, part: bytes) -> None:
        """Send the beginning of a message that never goes on."""
        self.send(part)


class DripPeer(Peer):
    """Sends a message one octet now and then.

    On the wire: one octet each time `drip` is called. A timeout of the socket is renewed by each of
    them and never ends this; a right program sets a deadline for the whole message. A client or a
    server.
    """

    message: bytes = b""

    def load(self, message: bytes) -> None:
        """What to send, octet by octet."""
        self.message = message

    def drip(self) -> bool:
        """Send the next octet; False when there is none left."""
        if not self.message:
            return False
        octet, self.message = self.message[:1], self.message[1:]
        self.send(octet)
        wait_until_read(self.socket, self.patience)
        return True

    def drip_every(self, seconds: float) -> bytes:
        """Send one octet after each span of time in which nothing came; what came instead.

        Returns:
            b"" where the message is sent or the other end has ended the connection; otherwise the
            octets that it sent.
        """
        while self.drip():
            self.socket.settimeout(seconds)
            with suppress(TimeoutError):
                try:
                    return self.socket.recv(BLOCK)
                except ConnectionError:
                    return b""
        return b""


class ResetPeer(Peer):
    """Cuts the connection instead of ending it.

    On the wire: `part`, then RST instead of FIN (SO_LINGER with 0 seconds). The other end's next
    receive or send fails with `ConnectionResetError` or `BrokenPipeError` (RFC 9293 section 3.5.3).
    A right program gives up this connection and nothing else. A client or a server.
    """

    def strike(self, part: bytes = b"", after_read: bool = True) -> None:
        """Send the part and reset.

        Args:
            part: what to send first.
            after_read: reset once the part has been received; otherwise at once, and the part may
                get lost.
        """
        if part:
            self.send(part)
            if after_read:
                wait_until_read(self.socket, self.patience)
        self.reset()


class GarbagePeer(Peer):
    """Sends random octets, the same for the same seed.

    On the wire: octets of any value, NUL, CR and LF among them. A right program answers with an
    error of its protocol or ends the connection; it never raises an error of its own. A client or
    a server.
    """

    def send_garbage(self, seed: int, count: int, without: bytes = b"") -> bytes:
        """Send `count` random octets, none of them in `without`; what was sent."""
        values = [value for value in range(256) if value not in without]
        garbage = bytes(random.Random(seed).choices(values, k=count))
        self.send(garbage)
        return garbage


class FloodPeer(Peer):
    """Sends without end, as fast as the other end takes it.

    On the wire: blocks of `unit` over and over; what comes back is received and thrown away. A
    right program holds a bounded part of it and refuses the rest, by an error or by ending the
    connection. A client or a server.
    """

    reads = True

    def flood(self, unit: bytes, limit: int) -> tuple[int, str]:
        """Send until `limit` octets are taken, the other end stalls, or it ends the connection.

        Returns:
            How many octets the other end's system took, and why it is no more: "limit", "stalled"
            or "ended".
        """
        block = unit * max(1, BLOCK // len(unit))
        taken = 0
        while taken < limit:
            try:
                send_all(self.socket, block, Deadline(STALLED))
            except DeadlineExceeded as error:
                if error.done == 0:
                    return taken, "stalled"
                taken += error.done
                block = block[error.done :] + block[: error.done]
                continue
            except ConnectionError:
                return taken, "ended"
            taken += len(block)
            if self.reads and self._drained():
                return taken, "ended"
        return taken, "limit"

    def _drained(self) -> bool:
        """Throw away what has come; whether the other end has ended its direction."""
        while self._readable(0):
            try:
                if not self.socket.recv(BLOCK):
                    return True
            except ConnectionError:
                return True
        return False


class NonReader(FloodPeer):
    """Sends requests and never receives an answer.

    On the wire: its receive window shrinks to 0 and stays there (RFC 9293 section 3.8.6). A right
    program stops receiving from it, so that its window shrinks too, or ends the connection; it
    never piles up answers in memory, and it serves the others meanwhile. As a server it never
    receives what a client sends: a right client bounds the time of its send.
    """

    receive_buffer = SMALL_BUFFER
    reads = False
