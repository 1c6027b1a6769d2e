"""The server's parser and its states, without I/O: octets in, commands out.

Everything that changes the state is in `TRANSITIONS`.
"""

from __future__ import annotations

import enum

from onthewire.kv.grammar import (
    LINE_FEED,
    LINE_LIMIT,
    VALUE_LIMIT,
    Command,
    Delete,
    Error,
    Get,
    Hello,
    Invalid,
    Put,
    Quit,
    is_key,
    number,
)


class State(enum.Enum):
    """What the server expects next."""

    HELLO = "hello"
    READY = "ready"
    VALUE = "value"
    CLOSED = "closed"


class Step(enum.Enum):
    """What happened."""

    GREETED = "KV"
    SET = "SET"
    OTHER_LINE = "other line"
    TOOK_VALUE = "value"
    QUIT = "QUIT"
    REFUSED = "refused"
    ENDED = "end"


# --8<-- [start:TRANSITIONS]
TRANSITIONS = {
    (State.HELLO, Step.GREETED): State.READY,
    (State.HELLO, Step.REFUSED): State.CLOSED,
    (State.HELLO, Step.ENDED): State.CLOSED,
    (State.READY, Step.SET): State.VALUE,
    (State.READY, Step.OTHER_LINE): State.READY,
    (State.READY, Step.QUIT): State.CLOSED,
    (State.READY, Step.REFUSED): State.CLOSED,
    (State.READY, Step.ENDED): State.CLOSED,
    (State.VALUE, Step.TOOK_VALUE): State.READY,
    (State.VALUE, Step.REFUSED): State.CLOSED,
    (State.VALUE, Step.ENDED): State.CLOSED,
}
# --8<-- [end:TRANSITIONS]


# --8<-- [start:CommandReader]
class CommandReader:
    """Turns the octets of a client, in pieces of any size, into commands.

    Between two calls it holds at most one line or one value, and never memory for a length that
    was only announced. After an error that closes, after QUIT and after the end it is `CLOSED`,
    and drops what is fed.
    """

    def __init__(self) -> None:
        self.state = State.HELLO
        self._held = bytearray()
        self._key = b""
        self._length = 0

    @property
    def closed(self) -> bool:
        """Whether nothing is read any more."""
        return self.state is State.CLOSED

    @property
    def inside_command(self) -> bool:
        """Whether a command has begun whose last octet has not come."""
        return self.state is State.VALUE or bool(self._held)

    def feed(self, data: bytes) -> list[Command]:
        """Take the next octets; returns the commands that they complete, in order."""
        commands: list[Command] = []
        if self.closed:
            return commands
        self._held += data
        while not self.closed and (message := self._cut()) is not None:
            command = self._read(message) if isinstance(message, bytes) else self._refuse(message)
            if command is not None:
                commands.append(command)
        return commands

    def end(self) -> list[Command]:
        """The client has ended its direction: an error where that was inside a command."""
        if self.closed:
            return []
        inside = self.inside_command
        self._go(Step.ENDED)
        return [Invalid(Error.END)] if inside else []

    def close(self) -> None:
        """The server ends the conversation for a reason of its own."""
        if not self.closed:
            self._go(Step.REFUSED)

    def _go(self, step: Step) -> None:
        self.state = TRANSITIONS[self.state, step]
        if self.closed:
            self._held.clear()

    def _refuse(self, error: Error) -> Invalid:
        self._go(Step.REFUSED)
        return Invalid(error)

    def _cut(self) -> bytes | Error | None:
        """The next line or value without its LF; an error; None while it is not complete."""
        if self.state is State.VALUE:
            end = self._length
            if len(self._held) <= end:
                return None
            if self._held[end] != LINE_FEED:
                return Error.VALUE
        else:
            end = self._held.find(b"\n", 0, LINE_LIMIT + 1)
            if end < 0:
                return Error.LINE if len(self._held) > LINE_LIMIT else None
        message = bytes(self._held[:end])
        del self._held[: end + 1]
        return message

    def _read(self, message: bytes) -> Command | None:
        if self.state is State.VALUE:
            self._go(Step.TOOK_VALUE)
            return Put(self._key, message) if is_key(self._key) else Invalid(Error.KEY)
        fields = message.split(b" ")
        return self._hello(fields) if self.state is State.HELLO else self._command(fields)

    def _hello(self, fields: list[bytes]) -> Command:
        version = number(fields[1]) if len(fields) == 2 and fields[0] == b"KV" else None
        if not version:
            return self._refuse(Error.VERSION)
        self._go(Step.GREETED)
        return Hello(version)

    def _command(self, fields: list[bytes]) -> Command | None:
        """The command of a line; None for that of a SET, whose value is still to come."""
        command: Command
        match fields:
            case [b"SET", *arguments]:
                length = number(arguments[1]) if len(arguments) == 2 else None
                if length is None or length > VALUE_LIMIT:
                    # Nobody knows how many octets of a value follow, so the step is lost.
                    return self._refuse(Error.LENGTH)
                self._key, self._length = arguments[0], length
                self._go(Step.SET)
                return None
            case [b"QUIT"]:
                self._go(Step.QUIT)
                return Quit()
            case [b"GET" | b"DEL", key] if not is_key(key):
                command = Invalid(Error.KEY)
            case [b"GET", key]:
                command = Get(key)
            case [b"DEL", key]:
                command = Delete(key)
            case _:
                command = Invalid(Error.COMMAND)
        self._go(Step.OTHER_LINE)
        return command


# --8<-- [end:CommandReader]
