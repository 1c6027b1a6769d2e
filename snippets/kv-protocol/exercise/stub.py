"""Exercise: version 2 of the key-value protocol, in which clients watch keys.

This is a whole server of version 1. Add to it:

    KV 2           is answered `KV 2`, as is every higher number; after `KV 1` all is as before
    WATCH key      `OK`; `ERR key`; `ERR limit` for one key more than 100
    UNWATCH key    `OK`, also where it is not watched; then no note for the key comes any more

After each SET and each DEL that was answered `OK`, all who watch the key get `NOTE SET key` or
`NOTE DEL key`: between replies, never inside one, and in the order of the changes. To the client
that made the change it comes behind the reply. A client for which more than 65,536 octets are held
is cut off, and nobody waits for it.
"""

import argparse
import asyncio
import contextlib
import re

VERSION = 1
LINE_LIMIT = 128
VALUE_LIMIT = 4096
STORE_LIMIT = 1_048_576
IDLE_TIME = 60
KEY = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
NUMBER = re.compile(rb"0|[1-9][0-9]{0,5}")


class Refused(Exception):
    """Where the next command begins is not known any more: an error, then the end."""


class Store:
    """Keys and values of all clients."""

    def __init__(self):
        self.values = {}
        self.used = 0

    def put(self, key, value):
        used = self.used + len(key) + len(value)
        if key in self.values:
            used -= len(key) + len(self.values[key])
        if used > STORE_LIMIT:
            return False
        self.values[key], self.used = value, used
        return True

    def delete(self, key):
        if key not in self.values:
            return False
        self.used -= len(key) + len(self.values.pop(key))
        return True


class Conversation:
    """The server's side of one connection."""

    def __init__(self, store):
        self.store = store
        self.state = "hello"
        self.version = 0
        self.held = bytearray()
        self.key, self.length = b"", 0

    def feed(self, octets):
        """Yields the reply to each message that these octets complete."""
        if self.state != "closed":
            self.held += octets
        try:
            while self.state != "closed" and (message := self.cut()) is not None:
                if reply := self.answer(message):
                    yield reply
        except Refused as error:
            yield self.close(error)

    def end(self):
        if self.state == "value" or self.held:
            return self.close("end")
        self.state = "closed"
        return b""

    def close(self, code):
        self.state = "closed"
        self.held.clear()
        return f"ERR {code}\n".encode("ascii")

    def cut(self):
        if self.state == "value":
            end = self.length
            if len(self.held) <= end:
                return None
            if self.held[end] != 0x0A:
                raise Refused("value")
        else:
            end = self.held.find(b"\n", 0, LINE_LIMIT + 1)
            if end < 0:
                if len(self.held) > LINE_LIMIT:
                    raise Refused("line")
                return None
        message = bytes(self.held[:end])
        del self.held[: end + 1]
        return message

    def answer(self, message):
        if self.state == "hello":
            return self.greet(message.split(b" "))
        if self.state == "value":
            self.state = "ready"
            if not KEY.fullmatch(self.key):
                return b"ERR key\n"
            return b"OK\n" if self.store.put(self.key, message) else b"ERR full\n"
        return self.command(message.split(b" "))

    def greet(self, fields):
        match fields:
            case [b"KV", number] if NUMBER.fullmatch(number) and number != b"0":
                self.state = "ready"
                self.version = min(int(number), VERSION)
                return b"KV %d\n" % self.version
        raise Refused("version")

    def command(self, fields):
        match fields:
            case [b"SET", key, length]:
                if not NUMBER.fullmatch(length) or int(length) > VALUE_LIMIT:
                    raise Refused("length")
                self.key, self.length = key, int(length)
                self.state = "value"
                return b""
            case [b"SET", *_]:
                raise Refused("length")
            case [b"GET" | b"DEL", key] if not KEY.fullmatch(key):
                return b"ERR key\n"
            case [b"GET", key]:
                value = self.store.values.get(key)
                return b"NONE\n" if value is None else b"VALUE %d\n%b\n" % (len(value), value)
            case [b"DEL", key]:
                return b"OK\n" if self.store.delete(key) else b"NONE\n"
            case [b"QUIT"]:
                self.state = "closed"
                return b"OK\n"
        return b"ERR command\n"


class Server:
    def __init__(self):
        self.store = Store()

    async def connected(self, reader, writer):
        conversation = Conversation(self.store)
        try:
            await self.converse(reader, writer, conversation)
            # Closing while octets are unread resets the connection, and the last reply is lost.
            writer.write_eof()
            async with asyncio.timeout(2):
                while await reader.read(16384):
                    pass
        except (OSError, asyncio.CancelledError):
            # Gone, too slow, or Ctrl-C.
            pass
        finally:
            writer.transport.abort()

    async def converse(self, reader, writer, conversation):
        clock = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(IDLE_TIME) as limit:
                while conversation.state != "closed" and (octets := await reader.read(16384)):
                    for reply in conversation.feed(octets):
                        limit.reschedule(clock() + IDLE_TIME)
                        writer.write(reply)
                        await writer.drain()
                if conversation.state != "closed":
                    writer.write(conversation.end())
        except TimeoutError:
            writer.write(conversation.close("idle"))


async def serve(port):
    server = await asyncio.start_server(Server().connected, "127.0.0.1", port)
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
