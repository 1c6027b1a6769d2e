# Wrong on purpose: it writes and never waits until what it wrote has been taken.

import argparse
import asyncio
import contextlib

BLOCK = bytes(500_000)
ENOUGH = 20_000_000


async def flood(reader, writer):
    held = writer.transport.get_write_buffer_size
    try:
        # Without a limit the demonstration would end with the machine's memory.
        while not writer.is_closing() and held() <= ENOUGH:
            writer.write(BLOCK)
            await asyncio.sleep(0.001)
        if held() > ENOUGH:
            print(f"more than {ENOUGH} octets are held for one client: stopped", flush=True)
        await reader.read()
    except (OSError, asyncio.CancelledError):
        # Gone, or Ctrl-C.
        pass
    finally:
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
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(port))
    print("STOPPED")


if __name__ == "__main__":
    main()
