# Wrong on purpose: answers to a client that never reads pile up in memory.

import argparse
import asyncio
import contextlib

LINE_LIMIT = 4096


def answer(line):
    if len(line) > LINE_LIMIT + 1:
        return "ERROR line too long\n"
    if not line.endswith(b"\n"):
        return "ERROR unterminated line\n"
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return "ERROR invalid UTF-8\n"
    return text.removesuffix("\n").removesuffix("\r").upper() + "\n"


async def serve(reader, writer):
    line = b""
    too_long = False
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(LINE_LIMIT):
            for piece in data.splitlines(keepends=True):
                line += piece
                if len(line.rstrip(b"\n")) > LINE_LIMIT:
                    too_long, line = True, line[:1]
                if piece.endswith(b"\n"):
                    reply = "ERROR line too long\n" if too_long else answer(line)
                    # The missing line: await writer.drain().
                    writer.write(reply.encode("utf-8"))
                    line, too_long = b"", False
        if line and not too_long:
            writer.write(answer(line).encode("utf-8"))
        writer.close()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=15000)
    port = parser.parse_args().port
    async with await asyncio.start_server(serve, "127.0.0.1", port) as server:
        print("LISTENING", *server.sockets[0].getsockname(), flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
    print("STOPPED")
