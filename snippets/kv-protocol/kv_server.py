"""Serves the key-value protocol to many clients, until Ctrl-C."""

import argparse
import asyncio
import contextlib
import importlib

CLIENT_LIMIT = 200
IDLE_TIME = 60
LINGER_TIME = 2


class Server:
    def __init__(self, protocol):
        self.protocol = protocol
        self.store = protocol.Store()
        self.clients = 0

    async def connected(self, reader, writer):
        self.clients += 1
        try:
            await self.converse(reader, writer)
            # Closing while octets are unread resets the connection, and the last reply is lost.
            writer.write_eof()
            async with asyncio.timeout(LINGER_TIME):
                while await reader.read(16384):
                    pass
        except (OSError, asyncio.CancelledError):
            # Gone, too slow, or Ctrl-C.
            pass
        finally:
            self.clients -= 1
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def converse(self, reader, writer):
        conversation = self.protocol.Conversation(self.store)
        if self.clients > CLIENT_LIMIT:
            writer.write(conversation.close("busy"))
            return
        clock = asyncio.get_running_loop().time
        try:
            # Octets alone give no more time: only a whole command does.
            async with asyncio.timeout(IDLE_TIME) as limit:
                while conversation.state != "closed" and (octets := await reader.read(16384)):
                    for reply in conversation.feed(octets):
                        limit.reschedule(clock() + IDLE_TIME)
                        writer.write(reply)
                        # Waits while too much is unsent: who does not read is not answered.
                        await writer.drain()
                writer.write(conversation.end())
        except TimeoutError:
            # Where QUIT was the last command, only its reply did not get away in time.
            if conversation.state != "closed":
                writer.write(conversation.close("idle"))


async def serve(port, protocol):
    server = await asyncio.start_server(Server(protocol).connected, "127.0.0.1", port)
    try:
        print("LISTENING", *server.sockets[0].getsockname(), flush=True)
        await asyncio.get_running_loop().create_future()
    finally:
        server.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    parser.add_argument("--protocol", default="kvproto", help="the module with the protocol")
    options = parser.parse_args()
    protocol = importlib.import_module(options.protocol)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options.port, protocol))
    print("STOPPED")


if __name__ == "__main__":
    main()
