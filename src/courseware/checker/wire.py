"""One connection to the program under judgment, as a well-behaved client has it.

Every wait is a receive or a send under a deadline. What goes over the connection is kept, so that
a failure can show it. The misbehaving clients in `peers` are connections of this kind.
"""

from __future__ import annotations

import itertools
import select
import socket
import struct
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress

from courseware.checker.report import Failed, TimedOut, octets
from courseware.checker.unread import wait_until_read
from onthewire.sockets import Deadline, DeadlineExceeded, send_all

PATIENCE = 5.0
"""Seconds that the program has for an answer; on the loopback it needs a thousandth of that."""

AFTERMATH = 0.1
"""Seconds to wait for the rest of an answer that is wrong already, so that the report shows it."""

KEPT = 1_048_576
"""Octets of a wrong answer that are kept for the report; who floods the checker is cut off."""

QUICK_ACKNOWLEDGMENTS = sys.platform == "linux"
"""Whether the system lets a receiver ask for them."""

_RECEIVE_SIZE = 65_536
# struct linger: two ints, on Windows two shorts.
_LINGER = "hh" if sys.platform == "win32" else "ii"


class Connection:
    """A connected stream socket with a record of both directions.

    Args:
        sock: connected; it belongs to this object from now on.
        patience: seconds for each exchange.
    """

    receive_buffer: int | None = None
    """Octets of the socket's receive buffer, set before connecting; None: the system's choice."""

    def __init__(self, sock: socket.socket, patience: float = PATIENCE) -> None:
        self.socket = sock
        self.patience = patience
        self._sent: list[bytes] = []
        self._pending = bytearray()
        self._answered = False
        self._reset = False
        # Each piece is to travel by itself, not to wait for its neighbors (Nagle's algorithm).
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @classmethod
    def open_socket(cls, address: tuple[str, int], patience: float) -> socket.socket:
        """A socket connected to an address, with the buffers that this kind of peer wants.

        Raises:
            OSError: nobody accepts the connection within `patience` seconds.
        """
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            if cls.receive_buffer is not None:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, cls.receive_buffer)
            sock.settimeout(patience)
            sock.connect(address)
        except BaseException:
            sock.close()
            raise
        return sock

    # Sending

    @property
    def sent(self) -> bytes:
        """What was sent since the last answer."""
        return b"".join(self._sent)

    def _note(self, data: bytes) -> None:
        if self._answered:
            self._sent.clear()
            self._answered = False
        self._sent.append(data)

    def send(self, data: bytes, within: float | None = None) -> None:
        """Send all of it.

        Raises:
            Failed: the program ended or reset the connection, or stopped receiving.
        """
        self._note(data)
        seconds = self.patience if within is None else within
        try:
            send_all(self.socket, data, Deadline(seconds))
        except DeadlineExceeded as error:
            raise TimedOut(
                f"the program stopped receiving: it took {octets(error.done)} of "
                f"{len(data):,} in {seconds:g} s.",
                sent=self.sent,
            ) from None
        except ConnectionError:
            self._reset = True

    def send_pieces(self, pieces: Iterable[bytes], one_message: bool = False) -> None:
        """Send pieces that the program receives one by one.

        Args:
            pieces: what to send; none of them is empty.
            one_message: together they are one message, so that no answer may come before the last.

        Raises:
            Failed: an answer came before the last piece was sent.
        """
        for number, piece in enumerate(pieces):
            if number:
                wait_until_read(self.socket, self.patience)
                if one_message and (self._reset or self._readable(0)):
                    raise Failed(
                        "The program answered, or ended the connection, after "
                        f"{octets(self._count())}; the message was not complete.",
                        sent=self.sent,
                        received=self.received_now(),
                    )
            self.send(piece)

    def _count(self) -> int:
        return sum(map(len, self._sent))

    def end(self) -> None:
        """End our direction; the program sees the end of the stream and may still answer."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Cut the connection: the program's next receive or send fails (RFC 9293 section 3.5.3)."""
        with suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(_LINGER, 1, 0))
        self.close()

    def close(self) -> None:
        """Close the socket; closing twice is no error."""
        self.socket.close()

    # Receiving

    def _readable(self, seconds: float) -> bool:
        return bool(self._pending or select.select([self.socket], [], [], seconds)[0])

    def _receive(self, deadline: Deadline) -> bytes:
        """Some octets, or b"" at the end; TimeoutError and ConnectionError as the socket has it."""
        self.socket.settimeout(max(deadline.remaining(), 0.001))
        if QUICK_ACKNOWLEDGMENTS:
            # A program that answers in several small sends waits for an acknowledgment between them
            # (Nagle's algorithm), and the system likes to keep that back for 40 ms.
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return self.socket.recv(_RECEIVE_SIZE)

    def received_now(self, seconds: float = AFTERMATH) -> bytes:
        """What has been received and not yet expected, and what comes within `seconds`."""
        deadline = Deadline(seconds)
        with suppress(OSError):
            while len(self._pending) < KEPT and (data := self._receive(deadline)):
                self._pending += data
                if deadline.expired:
                    break
        return bytes(self._pending)

    def expect(self, expected: bytes, subject: str, *, within: float | None = None) -> None:
        """Receive exactly these octets; what comes behind them is kept for the next call.

        Args:
            expected: what the program has to send now.
            subject: what to call it in a failure: "the greeting".
            within: seconds; None for the patience of the connection.

        Raises:
            Failed: something else came, or too little of it before the end.
            TimedOut: it was not complete in time.
        """
        seconds = self.patience if within is None else within
        deadline = Deadline(seconds)
        trouble = ""
        while len(self._pending) < len(expected) and expected.startswith(self._pending):
            try:
                data = self._receive(deadline)
            except TimeoutError:
                trouble = "late"
                break
            except ConnectionError:
                trouble = "reset"
                break
            if not data:
                trouble = "reset" if self._reset else "end"
                break
            self._pending += data
        if self._pending.startswith(expected):
            del self._pending[: len(expected)]
            self._answered = True
            return
        self._fail(expected, subject, trouble, seconds)

    def _fail(self, expected: bytes, subject: str, trouble: str, seconds: float) -> None:
        received = self._shown(expected)
        amount = f"{len(received):,} of {octets(len(expected))} of {subject}"
        if trouble == "late":
            raise TimedOut(
                f"{amount} came within {seconds:g} s.",
                sent=self.sent,
                expected=expected,
                received=received,
            )
        what = {
            "reset": f"The connection was reset after {amount}.",
            "end": f"The connection ended after {amount}.",
            "": f"Wrong octets in {subject}.",
        }[trouble]
        raise Failed(what, sent=self.sent, expected=expected, received=received)

    def _shown(self, expected: bytes) -> bytes:
        """What a report shows as received: as many lines as were expected, or all there is."""
        received = self.received_now()
        lines = max(1, expected.count(b"\n"))
        end = 0
        for _ in range(lines):
            end = received.find(b"\n", end) + 1
            if not end:
                return received
        return received[: max(end, len(expected))]

    def expect_end(self, subject: str, *, within: float | None = None) -> None:
        """Receive the end of the stream, and nothing before it.

        Args:
            subject: after what it ends: "the greeting".
            within: seconds; None for the patience of the connection.
        """
        seconds = self.patience if within is None else within
        try:
            data = bytes(self._pending) or self._receive(Deadline(seconds))
        except TimeoutError:
            raise TimedOut(
                f"the connection was still open {seconds:g} s after {subject}.",
                sent=self.sent,
            ) from None
        except ConnectionError:
            data, self._reset = b"", True
        if data:
            self._pending[:] = data
            raise Failed(
                f"More octets came after {subject}; the connection should have ended.",
                sent=self.sent,
                expected=b"",
                received=self.received_now(),
            )
        if self._reset:
            raise Failed(
                f"The connection was reset after {subject}; it should have ended.",
                sent=self.sent,
            )

    def exchange(self, request: bytes, reply: bytes, subject: str) -> None:
        """Send a request and receive its reply."""
        self.send(request)
        self.expect(reply, subject)


def cut(data: bytes, *positions: int) -> Sequence[bytes]:
    """The pieces of `data` between positions; empty ones are left out."""
    edges = [0, *positions, len(data)]
    pieces = [data[start:stop] for start, stop in itertools.pairwise(edges)]
    return [piece for piece in pieces if piece]
