# Wrong on purpose: it takes the name of each command for text.

import argparse
import asyncio
import contextlib
import re

VERSION = 2
LINE_LIMIT = 128
VALUE_LIMIT = 4096
STORE_LIMIT = 1_048_576
WATCH_LIMIT = 100
OUTPUT_LIMIT = 65536
IDLE_TIME = 60
KEY = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
NUMBER = re.compile(rb"0|[1-9][0-9]{0,5}")


class Refused(Exception):
    """Where the next command begins is not known any more: an error, then the end."""


class Store:
    """Keys and values of all clients, and who watches which key."""

    def __init__(self):
        self.values = {}
        self.used = 0
        self.watchers = {}

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
    """One client's; `tell` sends it a note that is no part of a reply."""

    def __init__(self, store, tell):
        self.store = store
        self.tell = tell
        self.state = "hello"
        self.version = 0
        self.held = bytearray()
        self.key, self.length = b"", 0
        self.watched = set()
        self.notes = []

    def feed(self, octets):
        """Yields the reply to each message that these octets complete, and its own notes."""
        if self.state != "closed":
            self.held += octets
        try:
            while self.state != "closed" and (message := self.cut()) is not None:
                reply = self.answer(message) + b"".join(self.notes)
                self.notes.clear()
                if reply:
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
            if not self.store.put(self.key, message):
                return b"ERR full\n"
            self.changed(b"SET", self.key)
            return b"OK\n"
        return self.command(message.split(b" "))

    def greet(self, fields):
        match fields:
            case [b"KV", number] if NUMBER.fullmatch(number) and number != b"0":
                self.state = "ready"
                self.version = min(int(number), VERSION)
                return b"KV %d\n" % self.version
        raise Refused("version")

    def command(self, fields):
        fields[0].decode("ascii")
        match fields:
            case [b"SET", key, length]:
                if not NUMBER.fullmatch(length) or int(length) > VALUE_LIMIT:
                    raise Refused("length")
                self.key, self.length = key, int(length)
                self.state = "value"
                return b""
            case [b"SET", *_]:
                raise Refused("length")
            case [b"WATCH" | b"UNWATCH", _] if self.version < 2:
                return b"ERR command\n"
            case [b"GET" | b"DEL" | b"WATCH" | b"UNWATCH", key] if not KEY.fullmatch(key):
                return b"ERR key\n"
            case [b"WATCH", key]:
                return self.watch(key)
            case [b"UNWATCH", key]:
                self.unwatch(key)
                return b"OK\n"
            case [b"GET", key]:
                value = self.store.values.get(key)
                return b"NONE\n" if value is None else b"VALUE %d\n%b\n" % (len(value), value)
            case [b"DEL", key]:
                if not self.store.delete(key):
                    return b"NONE\n"
                self.changed(b"DEL", key)
                return b"OK\n"
            case [b"QUIT"]:
                self.state = "closed"
                return b"OK\n"
        return b"ERR command\n"

    def watch(self, key):
        if key not in self.watched and len(self.watched) >= WATCH_LIMIT:
            return b"ERR limit\n"
        self.watched.add(key)
        self.store.watchers.setdefault(key, set()).add(self)
        return b"OK\n"

    def unwatch(self, key):
        if key in self.watched:
            self.watched.remove(key)
            watchers = self.store.watchers[key]
            watchers.remove(self)
            if not watchers:
                del self.store.watchers[key]

    def changed(self, verb, key):
        note = b"NOTE %b %b\n" % (verb, key)
        for watcher in self.store.watchers.get(key, ()):
            if watcher is self:
                # Behind the reply, which is still to be sent.
                self.notes.append(note)
            else:
                watcher.tell(note)

    def leave(self):
        for key in list(self.watched):
            self.unwatch(key)


class Server:
    def __init__(self):
        self.store = Store()

    async def connected(self, reader, writer):
        # Replies wait at a quarter of the limit, so that notes have room behind them.
        writer.transport.set_write_buffer_limits(high=OUTPUT_LIMIT // 4)

        def tell(note):
            if writer.transport.get_write_buffer_size() + len(note) > OUTPUT_LIMIT:
                writer.transport.abort()
            else:
                writer.write(note)

        conversation = Conversation(self.store, tell)
        try:
            await self.converse(reader, writer, conversation)
            conversation.leave()
            # Closing while octets are unread resets the connection, and the last reply is lost.
            writer.write_eof()
            async with asyncio.timeout(2):
                while await reader.read(16384):
                    pass
        except (OSError, asyncio.CancelledError):
            # Gone, too slow, or Ctrl-C.
            pass
        finally:
            conversation.leave()
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
