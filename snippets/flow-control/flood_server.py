"""Sends a block to each client every millisecond, for as long as the client takes them."""

import argparse
import asyncio
import contextlib

BLOCK = bytes(500_000)
PATIENCE = 10


async def flood(_, writer):
    made = most = 0
    try:
        while True:
            writer.write(BLOCK)
            made += len(BLOCK)
            most = max(most, writer.transport.get_write_buffer_size())
            async with asyncio.timeout(PATIENCE):
                # Returns at once up to 64 KiB; above, it waits until no more than 16 KiB are held.
                await writer.drain()
            await asyncio.sleep(0.001)
    except (OSError, asyncio.CancelledError):
        # Gone, too slow for a block, or Ctrl-C.
        pass
    finally:
        print(f"{made} octets made, {most} held at most", flush=True)
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def serve(port):
    server = await asyncio.start_server(flood, "127.0.0.1", port)
    try:
        print("LISTENING", *server.sockets[0].getsockname(), flush=True)
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
