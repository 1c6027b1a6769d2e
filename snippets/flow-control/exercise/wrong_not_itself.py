# Wrong on purpose: who says a line does not get it.

import argparse
import asyncio
import contextlib
import socket
import struct
import sys

LINE_LIMIT = 4096
HELD_LIMIT = 1_048_576
PATIENCE = 0.3
SEND_BUFFER = 65536
# struct linger: two ints, on Windows two shorts.
LINGER = "hh" if sys.platform == "win32" else "ii"


class Client:
    def __init__(self, writer):
        # `drain` waits until the system has taken all: lines wait in the queue, and only there.
        writer.transport.set_write_buffer_limits(high=0)
        self.writer = writer
        self.lines = asyncio.Queue()
        self.held = 0
        self.pump = asyncio.create_task(self.send_lines())

    def put(self, line):
        """Takes a line for this client; nobody waits here."""
        self.held += len(line)
        if self.held > HELD_LIMIT:
            self.cut_off()
        else:
            self.lines.put_nowait(line)

    async def send_lines(self):
        """One line after the other, at the pace of this client."""
        try:
            while True:
                line = await self.lines.get()
                self.writer.write(line)
                async with asyncio.timeout(PATIENCE):
                    await self.writer.drain()
                self.held -= len(line)
        except OSError:
            # It has gone, or has taken nothing for a while.
            self.cut_off()

    def cut_off(self):
        # With a linger time of 0 the system throws away what it still holds, and resets.
        with contextlib.suppress(OSError):
            sock = self.writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(LINGER, 1, 0))
        self.writer.transport.abort()


class Server:
    def __init__(self):
        self.clients = set()

    async def connected(self, reader, writer):
        client = Client(writer)
        self.clients.add(client)
        try:
            while (line := await reader.readuntil(b"\n")) and len(line) <= LINE_LIMIT + 1:
                self.broadcast(line, client)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            # Gone, an end inside a line, or a line that is too long.
            pass
        except asyncio.CancelledError:
            # Ctrl-C.
            pass
        finally:
            self.clients.discard(client)
            client.pump.cancel()
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def broadcast(self, line, sender):
        for client in self.clients:
            if client is not sender:
                client.put(line)


async def serve(port):
    listener = socket.create_server(("127.0.0.1", port), backlog=128)
    # What waits in the system is held as well. Accepted sockets take this over.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    server = await asyncio.start_server(Server().connected, sock=listener, limit=LINE_LIMIT + 1)
    try:
        print("LISTENING", *listener.getsockname(), flush=True)
        await asyncio.get_running_loop().create_future()
    finally:
        server.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(port))
    print("STOPPED")


if __name__ == "__main__":
    main()
