"""Exercise: send each line of a client to all clients, and wait for none of them.

This server does the first and not the second: while one client does not read, `drain` waits for
it, and all others wait with it. The policy that you are to follow:

    who takes nothing for 0.3 seconds while something waits for it is cut off;
    who would have more than 1,048,576 octets waiting is cut off at once;
    who is slow, and goes on taking its lines, gets them all, and nobody waits for it.

Let SEND_BUFFER as it is: what the system holds for a client is held as well.
"""

import argparse
import asyncio
import contextlib
import socket

LINE_LIMIT = 4096
SEND_BUFFER = 65536


class Server:
    def __init__(self):
        self.clients = set()

    async def connected(self, reader, writer):
        self.clients.add(writer)
        try:
            while (line := await reader.readuntil(b"\n")) and len(line) <= LINE_LIMIT + 1:
                await self.broadcast(line)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            # Gone, an end inside a line, or a line that is too long.
            pass
        except asyncio.CancelledError:
            # Ctrl-C.
            pass
        finally:
            self.clients.discard(writer)
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def broadcast(self, line):
        for writer in list(self.clients):
            with contextlib.suppress(OSError):
                writer.write(line)
                # Here is your part: everybody waits for this one.
                await writer.drain()


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
