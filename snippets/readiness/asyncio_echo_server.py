"""Echoes octets for many clients in one thread, with a task for each client."""

import argparse
import asyncio
import contextlib

IDLE_TIME = 60


async def echo(reader, writer):
    try:
        while octets := await within(reader.read(16384)):
            writer.write(octets)
            # Waits while too much is unsent: who does not read is not read from.
            await within(writer.drain())
        writer.close()
        await within(writer.wait_closed())
    except (OSError, asyncio.CancelledError):
        # Gone, too slow, or Ctrl-C: some versions of Python 3.11 and 3.12 print a traceback for
        # the task of a connection that was cancelled.
        pass
    finally:
        # Closes at once, whatever is still unsent; after a clean end nothing is.
        writer.transport.abort()


async def within(awaitable):
    async with asyncio.timeout(IDLE_TIME):
        return await awaitable


async def serve(port):
    server = await asyncio.start_server(echo, "127.0.0.1", port, backlog=512)
    try:
        print("LISTENING", *server.sockets[0].getsockname(), flush=True)
        # For ever: Ctrl-C cancels this, and asyncio.run then cancels the task of each client.
        await asyncio.get_running_loop().create_future()
    finally:
        server.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(port))
    print("STOPPED")


if __name__ == "__main__":
    main()
