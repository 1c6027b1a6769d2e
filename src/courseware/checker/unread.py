"""Whether the program has read what was sent, so that the next piece arrives by itself.

TCP joins what arrives before it is read (RFC 9293 section 2.2), so a message sent in two pieces is
received in two pieces only if the program received the first before the second is sent. Linux tells
how many octets lie unread in any socket of this machine (sock_diag(7)), and asking takes about
10 microseconds. Elsewhere, a short wait for an answer has to do; a right program passes either way.
"""

from __future__ import annotations

import select
import socket
import struct

from courseware.checker.waiting import wait_until

GUESS = 0.003
"""Seconds given to the program where the system cannot tell what it has read."""

_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_NO_COOKIE = 0xFFFFFFFF


def unread(program_side: tuple[str, int], our_side: tuple[str, int]) -> int | None:
    """Octets that have arrived at the program's socket and that it has not received.

    Returns:
        None where the system cannot tell, or where there is no such socket (any more).
    """
    if not hasattr(socket, "AF_NETLINK"):
        return None
    family = socket.AF_INET6 if ":" in program_side[0] else socket.AF_INET
    ports = struct.pack(">HH", program_side[1], our_side[1])
    addresses = b"".join(
        socket.inet_pton(family, host).ljust(16, b"\0") for host, _ in (program_side, our_side)
    )
    socket_id = ports + addresses + struct.pack("=III", 0, _NO_COOKIE, _NO_COOKIE)
    question = struct.pack("=BBBxI", family, socket.IPPROTO_TCP, 0, 0xFFFFFFFF) + socket_id
    header = struct.pack("=IHHII", 16 + len(question), _SOCK_DIAG_BY_FAMILY, 1, 1, 0)
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as system:
            system.settimeout(1)
            system.sendto(header + question, (0, 0))
            answer = system.recv(8192)
    except OSError:
        return None
    kind = struct.unpack_from("=IH", answer)[1]
    if kind != _SOCK_DIAG_BY_FAMILY:
        return None
    # struct inet_diag_msg: four octets, the socket's id, the expiry time, the receive queue.
    return int(struct.unpack_from("=I", answer, 16 + 4 + len(socket_id) + 4)[0])


def wait_until_read(sock: socket.socket, within: float) -> None:
    """Wait until the other end has received all that was sent, at most `within` seconds."""
    try:
        theirs, ours = sock.getpeername()[:2], sock.getsockname()[:2]
    except OSError:  # not connected any more
        return
    if unread(theirs, ours) is None:
        select.select([sock], [], [], GUESS)
    else:
        wait_until(lambda: not unread(theirs, ours), within, pause=0.0002)
