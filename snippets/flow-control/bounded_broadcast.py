"""Sends numbered lines to several clients, with a queue for each; a policy says what if it is full.

Begins when as many clients are there as it was told, and ends when all lines are sent.
"""

import argparse
import asyncio
import contextlib
import socket
import struct
import sys

LINES, LINE_SIZE = 1000, 2000
QUEUE_LIMIT = 600
SEND_BUFFER = 65536
FLUSH_TIME = 2
# struct linger: two ints, on Windows two shorts.
LINGER = "hh" if sys.platform == "win32" else "ii"


class Client:
    def __init__(self, writer):
        # `drain` waits until the system has taken all: lines wait in the queue, and only there.
        writer.transport.set_write_buffer_limits(high=0)
        self.writer = writer
        self.queue = asyncio.Queue(QUEUE_LIMIT)
        self.pump = asyncio.create_task(self.send_lines())

    async def send_lines(self):
        """One line after the other, at the pace of this client."""
        while line := await self.queue.get():
            # The lines of a client that has left go nowhere.
            if not self.writer.is_closing():
                with contextlib.suppress(OSError):
                    self.writer.write(line)
                    await self.writer.drain()
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()

    def cut_off(self):
        # With a linger time of 0 the system throws away what it still holds, and resets.
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(LINGER, 1, 0))
        self.writer.transport.abort()


async def wait(clients, line):
    """Everybody gets every line, at the pace of the slowest."""
    for client in clients:
        await client.queue.put(line)


async def skip(clients, line):
    """Nobody waits: whose queue is full loses the oldest line in it."""
    for client in clients:
        if client.queue.full():
            client.queue.get_nowait()
        client.queue.put_nowait(line)


async def cut(clients, line):
    """Nobody waits: whose queue is full is cut off."""
    for client in clients:
        if not client.queue.full():
            client.queue.put_nowait(line)
        elif not client.writer.is_closing():
            print("a client is cut off", flush=True)
            client.cut_off()


POLICIES = {"wait": wait, "skip": skip, "cut": cut}


async def broadcast(clients, send):
    for number in range(LINES):
        await send(clients, b"%06d %b\n" % (number, b"x" * (LINE_SIZE - 8)))
        if number % 20 == 19:
            await asyncio.sleep(0.005)
    for client in clients:
        # The end of the lines needs a place too.
        await asyncio.wait([asyncio.create_task(client.queue.put(b""))], timeout=FLUSH_TIME)
    await asyncio.wait([client.pump for client in clients], timeout=FLUSH_TIME)
    for client in clients:
        client.writer.transport.abort()


async def serve(port, expected, send):
    clients, complete = [], asyncio.Event()

    def connected(_, writer):
        clients.append(Client(writer))
        if len(clients) == expected:
            complete.set()

    listener = socket.create_server(("127.0.0.1", port))
    # What waits in the system is held as well. Accepted sockets take this over.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    server = await asyncio.start_server(connected, sock=listener)
    try:
        print("LISTENING", *listener.getsockname(), flush=True)
        await complete.wait()
        server.close()
        await broadcast(clients, send)
    finally:
        server.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("policy", choices=POLICIES)
    parser.add_argument("--clients", type=int, default=5)
    parser.add_argument("--port", type=int, default=15000)
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options.port, options.clients, POLICIES[options.policy]))
    print("STOPPED")


if __name__ == "__main__":
    main()
