"""1,000 connections at one time on the line servers, misbehaving ones among them.

The server is a process of its own, so that its memory and its descriptors can be told from the
clients'. Nothing here waits by the clock: the clients go in rounds, and a round ends when every
healthy client has its answer.
"""

import asyncio
import json
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

resource = pytest.importorskip("resource", reason="counts descriptors as POSIX systems do")

SERVER = Path(__file__).with_name("line_server_under_load.py")

HEALTHY, SILENT, DRIPPING, NEVER_READING = 985, 5, 5, 5
ROUNDS, STALLED_ROUNDS = 5, 5
DESCRIPTORS = 2_048
PATIENCE = 60.0

MOST_GROWTH = 24 * 1_024 * 1_024
"""Octets that the server's memory may grow by: about 24 KiB for each connection."""

MOST_FLOODED = 1_024 * 1_024
"""Octets after which a client that never reads must have been stopped.

They are in the buffers of both systems (16 KiB asked for in each), the 64 KiB of answers that the
server holds for a client, and for asyncio the 288 KiB that it may receive ahead.
"""

FLOOD = b"flooding the server is no use\n" * 100


@pytest.fixture
def many_descriptors():
    """Room for 1,000 sockets here; the server asks for its own room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, DESCRIPTORS)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (ValueError, OSError):
        pytest.skip(f"{DESCRIPTORS} descriptors are needed, this system allows {hard}")
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Healthy:
    """Sends two lines a round, whole or cut, and checks every octet that it gets."""

    writer = None

    def __init__(self, number):
        self.number = number

    async def connect(self, address):
        self.reader, self.writer = await asyncio.open_connection(*address)

    async def round(self, turn):
        lines = f"client {self.number} turn {turn}\nGrüße {self.number}\r\n".encode()
        cut = (self.number * 7 + turn) % len(lines)
        self.writer.write(lines[:cut])
        await self.writer.drain()
        self.writer.write(lines[cut:])
        expected = f"CLIENT {self.number} TURN {turn}\nGRÜSSE {self.number}\n".encode()
        assert await self.reader.readexactly(len(expected)) == expected

    async def leave(self):
        self.writer.write(b"rest")
        self.writer.write_eof()
        assert await self.reader.read() == b"ERROR unterminated line\n"

    async def close(self):
        if self.writer is not None:
            self.writer.close()
            with suppress(ConnectionError):
                await self.writer.wait_closed()


class Peer:
    """A plain socket in the event loop, for those who do not behave."""

    def __init__(self):
        self.sock = socket.socket()

    async def connect(self, address):
        self.sock.setblocking(False)
        # Little room on this side too: what was sent has then really gone to the server.
        for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            self.sock.setsockopt(socket.SOL_SOCKET, buffer, 4_096)
        await asyncio.get_running_loop().sock_connect(self.sock, address)

    async def start(self):
        """What it does when all are connected."""

    async def round(self, turn):
        """What it does while the healthy ones have their turn."""

    async def close(self):
        self.sock.close()


class Silent(Peer):
    pass


class Dripping(Peer):
    """Sends one octet a round, never an LF."""

    async def round(self, turn):
        await asyncio.get_running_loop().sock_sendall(self.sock, b"%d" % turn)


class NeverReading(Peer):
    """Sends lines as fast as they are taken, and reads no answer."""

    sent = 0
    task = None

    async def start(self):
        self.task = asyncio.create_task(self.flood())

    async def flood(self):
        while True:
            await asyncio.get_running_loop().sock_sendall(self.sock, FLOOD)
            self.sent += len(FLOOD)

    async def close(self):
        if self.task is not None:
            self.task.cancel()
            await asyncio.wait([self.task])
        self.sock.close()


async def all_clients(address):
    healthy = [Healthy(number) for number in range(HEALTHY)]
    others = [
        peer()
        for peer, count in ((Silent, SILENT), (Dripping, DRIPPING), (NeverReading, NEVER_READING))
        for _ in range(count)
    ]
    try:
        async with asyncio.timeout(PATIENCE):
            return await all_rounds(address, healthy, others)
    finally:
        await asyncio.gather(*(peer.close() for peer in healthy + others))


async def all_rounds(address, healthy, others):
    """Let all connect, then take turns; returns what the strongest flood came to, in octets."""
    everybody = healthy + others
    for start in range(0, len(everybody), 100):
        await asyncio.gather(*(peer.connect(address) for peer in everybody[start:][:100]))
    await asyncio.gather(*(peer.start() for peer in others))
    # On and on until the floods have come to a halt, because nobody reads what they cause.
    flooded = []
    while len(set(flooded[-STALLED_ROUNDS:])) > 1 or len(flooded) < ROUNDS:
        turn = len(flooded)
        await asyncio.gather(*(peer.round(turn) for peer in everybody))
        flooded.append(max(peer.sent for peer in others if isinstance(peer, NeverReading)))
        assert flooded[-1] < MOST_FLOODED, "a client that never reads is not stopped"
    await asyncio.gather(*(client.leave() for client in healthy))
    return flooded[-1]


@pytest.mark.parametrize("kind", ["SelectorServer", "AsyncioServer"])
@pytest.mark.timeout(120)
@pytest.mark.usefixtures("many_descriptors")
def test_1000_connections_with_silent_dripping_and_never_reading_ones(kind):
    with subprocess.Popen(
        [sys.executable, "-W", "always::ResourceWarning", str(SERVER), kind, str(DESCRIPTORS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            _, host, port = process.stdout.readline().split()
            flooded = asyncio.run(all_clients((host, int(port))))
            output, errors = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert (errors, process.returncode) == ("", 0)
    report = json.loads(output)
    growth = report["memory_peak"] - report["memory_before"]
    print(f"{kind}: {growth / 2**20:.1f} MiB for 1,000 clients; floods of up to {flooded:,} octets")
    assert report["conversations"] == 1_000
    assert growth < MOST_GROWTH
    assert report["descriptors_after"] == report["descriptors_before"]
    assert report["threads_after"] == 1
