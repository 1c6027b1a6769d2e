"""The key-value protocol, version 1, without I/O: octets in, octets out."""

import re

VERSION = 1
LINE_LIMIT = 128
VALUE_LIMIT = 4096
STORE_LIMIT = 1_048_576
KEY = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
NUMBER = re.compile(rb"0|[1-9][0-9]{0,5}")

# Every state, and what leads from it to which other. Nothing else changes the state.
TRANSITIONS = {
    ("hello", "KV"): "ready",
    ("hello", "refused"): "closed",
    ("hello", "end"): "closed",
    ("ready", "SET"): "value",
    ("ready", "other line"): "ready",
    ("ready", "QUIT"): "closed",
    ("ready", "refused"): "closed",
    ("ready", "end"): "closed",
    ("value", "value"): "ready",
    ("value", "refused"): "closed",
    ("value", "end"): "closed",
}


class Refused(Exception):
    """Where the next command begins is not known any more: an error, then the end."""


class Store(dict):
    """Keys and values of all clients; their octets together have a limit."""

    used = 0

    def put(self, key, value):
        used = self.used + len(key) + len(value)
        if key in self:
            used -= len(key) + len(self[key])
        if used > STORE_LIMIT:
            return False
        self[key], self.used = value, used
        return True

    def delete(self, key):
        if key not in self:
            return False
        self.used -= len(key) + len(self.pop(key))
        return True


class Conversation:
    """The server's side of one connection."""

    def __init__(self, store):
        self.store = store
        self.state = "hello"
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
        """The client has ended its direction; the last reply, or nothing."""
        if self.state == "closed":
            return b""
        if self.state == "value" or self.held:
            return self.close("end", "end")
        self.go("end")
        return b""

    def close(self, code, event="refused"):
        self.go(event)
        self.held.clear()
        return f"ERR {code}\n".encode("ascii")

    def go(self, event):
        self.state = TRANSITIONS[self.state, event]

    def cut(self):
        """The next line or value, without its LF; None while it is not complete."""
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
        """The reply to one message; none to the line of a SET, whose value is still to come."""
        if self.state == "hello":
            return self.greet(message)
        if self.state == "value":
            self.go("value")
            if not KEY.fullmatch(self.key):
                return b"ERR key\n"
            return b"OK\n" if self.store.put(self.key, message) else b"ERR full\n"
        return self.command(message.split(b" "))

    def greet(self, message):
        match message.split(b" "):
            case [b"KV", number] if NUMBER.fullmatch(number) and number != b"0":
                self.go("KV")
                return b"KV %d\n" % min(int(number), VERSION)
        raise Refused("version")

    def command(self, fields):
        match fields:
            case [b"SET", key, length]:
                if not NUMBER.fullmatch(length) or int(length) > VALUE_LIMIT:
                    raise Refused("length")
                self.key, self.length = key, int(length)
                self.go("SET")
                return b""
            case [b"SET", *_]:
                raise Refused("length")
            case [b"GET" | b"DEL", key] if not KEY.fullmatch(key):
                reply = b"ERR key\n"
            case [b"GET", key]:
                value = self.store.get(key)
                reply = b"NONE\n" if value is None else b"VALUE %d\n%b\n" % (len(value), value)
            case [b"DEL", key]:
                reply = b"OK\n" if self.store.delete(key) else b"NONE\n"
            case [b"QUIT"]:
                self.go("QUIT")
                self.held.clear()
                return b"OK\n"
            case _:
                reply = b"ERR command\n"
        self.go("other line")
        return reply


REPLY = re.compile(rb"(OK|NONE|KV [1-9][0-9]{0,5}|ERR [a-z]+|VALUE (0|[1-9][0-9]{0,5}))\n")


def cut_reply(octets):
    """A reply and what follows it, or None while it is not complete: what a client needs.

    The reply is the line without its LF, and the value or None.
    """
    line = REPLY.match(octets)
    if not line:
        if b"\n" in octets or len(octets) > LINE_LIMIT:
            raise ValueError(f"no reply: {bytes(octets[:40])!r}")
        return None
    if line[2] is None:
        return line[1], None, octets[line.end() :]
    end = line.end() + int(line[2])
    if len(octets) <= end:
        return None
    if octets[end] != 0x0A:
        raise ValueError("a value without its line feed")
    return line[1], bytes(octets[line.end() : end]), octets[end + 1 :]
