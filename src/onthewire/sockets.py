"""Receiving and sending on a stream socket: all of it, or an error that says how far it got.

A stream has no message boundaries (RFC 9293 section 2.2): one `recv` gives between one octet and
all that was asked for, one `send` takes as much as there is room for. Everything here loops until
the whole operation is done, the peer has ended the stream, or a deadline has passed.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

RECEIVE_SIZE = 65_536
"""Octets to ask the system for at once.

Enough to empty a receive buffer in few calls, little enough that an idle `Reader` holds 64 KiB.
"""


# --8<-- [start:EndOfStream]
class EndOfStream(EOFError):
    """The peer ended the stream before the operation had what it needs.

    Attributes:
        received: octets that had come; 0 means that the stream ended between two messages.
        expected: octets that were needed, or None where only a delimiter would have told.
    """

    def __init__(self, received: int, expected: int | None = None) -> None:
        needed = "a delimiter" if expected is None else f"{expected:,} octets"
        super().__init__(f"the stream ended after {received:,} octets; expected {needed}")
        self.received = received
        self.expected = expected


# --8<-- [end:EndOfStream]
# --8<-- [start:LimitExceeded]
class LimitExceeded(ValueError):
    """No delimiter came within the limit.

    Attributes:
        limit: the most octets allowed before the delimiter.
    """

    def __init__(self, delimiter: bytes, limit: int) -> None:
        super().__init__(f"no {delimiter!r} within {limit:,} octets; refuse the message")
        self.limit = limit


# --8<-- [end:LimitExceeded]
# --8<-- [start:DeadlineExceeded]
class DeadlineExceeded(TimeoutError):
    """The deadline passed before the whole operation was done.

    Attributes:
        seconds: how long the deadline allowed from its start.
        done: octets received or sent until then.
    """

    def __init__(self, seconds: float, done: int) -> None:
        super().__init__(f"not done within {seconds:g} s; {done:,} octets until then")
        self.seconds = seconds
        self.done = done


# --8<-- [end:DeadlineExceeded]
# --8<-- [start:Deadline]
class Deadline:
    """A point in time that bounds a whole operation, however many calls it takes.

    A socket's timeout bounds one call: a peer that sends an octet now and then renews it without
    end. A deadline is set once and passed along.

    Args:
        seconds: how long from now.
        clock: gives seconds that only ever grow. The wall clock is no such clock, it can be set.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._at = clock() + seconds

    def remaining(self) -> float:
        """Seconds that are left; 0.0 from the deadline on."""
        return max(0.0, self._at - self._clock())

    @property
    def expired(self) -> bool:
        """Whether the deadline has been reached."""
        return self.remaining() == 0.0


# --8<-- [end:Deadline]
@contextmanager
def _own_timeout(sock: socket.socket) -> Iterator[None]:
    """Give the socket its timeout back, whatever an operation under a deadline made of it."""
    timeout = sock.gettimeout()
    try:
        yield
    finally:
        sock.settimeout(timeout)


def _allow(sock: socket.socket, deadline: Deadline | None, done: int) -> None:
    """Let the next call on the socket wait as long as the deadline has left."""
    if deadline is not None:
        remaining = deadline.remaining()
        if remaining == 0.0:
            raise DeadlineExceeded(deadline.seconds, done)
        sock.settimeout(remaining)


def _receive(sock: socket.socket, size: int, deadline: Deadline | None, done: int) -> bytes:
    """One `recv` under a deadline; `done` is what the operation already has, for the error."""
    _allow(sock, deadline, done)
    try:
        return sock.recv(size)
    except TimeoutError as error:
        if deadline is None:
            raise
        raise DeadlineExceeded(deadline.seconds, done) from error


# --8<-- [start:recv_exactly]
def recv_exactly(sock: socket.socket, size: int, deadline: Deadline | None = None) -> bytes:
    """Receive exactly `size` octets from a stream socket, and not one more.

    After an error the octets received until then are gone, so the connection can only be closed.
    A `Reader` keeps them.

    Args:
        sock: a connected stream socket.
        size: octets to receive.
        deadline: bounds the whole of it; without one, the socket's own timeout bounds each wait.

    Raises:
        EndOfStream: the peer ended the stream first (RFC 9293 section 3.6).
        DeadlineExceeded: the deadline passed first.
    """
    received = bytearray()
    with _own_timeout(sock):
        while len(received) < size:
            wanted = min(size - len(received), RECEIVE_SIZE)
            data = _receive(sock, wanted, deadline, len(received))
            if not data:
                raise EndOfStream(len(received), size)
            received += data
    return bytes(received)


# --8<-- [end:recv_exactly]
# --8<-- [start:Reader]
class Reader:
    """Receives from a stream socket and keeps what came too early.

    Nobody can ask a socket for the octets up to a delimiter: whoever looks for it receives what
    follows as well. That rest belongs to the next message, so somebody has to hold it between two
    calls. From the first call on, receive from this socket through its one reader alone.

    Args:
        sock: a connected stream socket; it stays the caller's to close.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._held = bytearray()

    # --8<-- [start:reader_recv_exactly]
    def recv_exactly(self, size: int, deadline: Deadline | None = None) -> bytes:
        """Receive exactly `size` octets.

        After an error nothing is lost: what has come is held for the next call.

        Args:
            size: octets to receive.
            deadline: bounds the whole of it; without one, the socket's timeout bounds each wait.

        Raises:
            EndOfStream: the peer ended the stream first (RFC 9293 section 3.6).
            DeadlineExceeded: the deadline passed first.
        """
        with _own_timeout(self._sock):
            while len(self._held) < size:
                self._receive_more(deadline, size)
        return self._take(size)

    # --8<-- [end:reader_recv_exactly]
    # --8<-- [start:recv_until]
    def recv_until(self, delimiter: bytes, limit: int, deadline: Deadline | None = None) -> bytes:
        """Receive up to the next delimiter; what follows it stays for the next call.

        After an error nothing is lost: what has come is held for the next call.

        Args:
            delimiter: one octet or more, such as `b"\\n"`.
            limit: the most octets before the delimiter.
            deadline: bounds the whole of it; without one, the socket's timeout bounds each wait.

        Returns:
            The octets before the delimiter. The delimiter itself is dropped.

        Raises:
            EndOfStream: the peer ended the stream first (RFC 9293 section 3.6).
            LimitExceeded: more than `limit` octets came, and no delimiter before them.
            DeadlineExceeded: the deadline passed first.
            ValueError: the delimiter is empty.
        """
        if not delimiter:
            raise ValueError("an empty delimiter ends every message at once; give an octet or more")
        searched = 0
        with _own_timeout(self._sock):
            while (position := self._held.find(delimiter, searched)) < 0:
                # The next search begins here: a delimiter can lie across two pieces.
                searched = max(0, len(self._held) - len(delimiter) + 1)
                if searched > limit:
                    raise LimitExceeded(delimiter, limit)
                self._receive_more(deadline)
        if position > limit:
            raise LimitExceeded(delimiter, limit)
        message = self._take(position)
        del self._held[: len(delimiter)]
        return message

    # --8<-- [end:recv_until]
    def _take(self, size: int) -> bytes:
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    def _receive_more(self, deadline: Deadline | None, expected: int | None = None) -> None:
        data = _receive(self._sock, RECEIVE_SIZE, deadline, len(self._held))
        if not data:
            raise EndOfStream(len(self._held), expected)
        self._held += data


# --8<-- [end:Reader]
# --8<-- [start:send_all]
def send_all(sock: socket.socket, data: bytes, deadline: Deadline | None = None) -> None:
    """Send all of `data` on a stream socket.

    That the system took the octets does not say that the peer's program has read them.

    Args:
        sock: a connected stream socket.
        data: octets to send.
        deadline: bounds the whole of it, also against a peer that reads an octet now and then;
            without one, the socket's own timeout bounds each wait.

    Raises:
        DeadlineExceeded: the deadline passed first; its `done` says how many octets were sent.
    """
    sent = 0
    with _own_timeout(sock), memoryview(data) as view:
        while sent < len(view):
            _allow(sock, deadline, sent)
            try:
                sent += sock.send(view[sent:])
            except TimeoutError as error:
                if deadline is None:
                    raise
                raise DeadlineExceeded(deadline.seconds, sent) from error


# --8<-- [end:send_all]
