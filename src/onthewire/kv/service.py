"""The server's side of one connection, without I/O: a conversation for `onthewire.serving`."""

from __future__ import annotations

from onthewire.kv.commands import CommandReader
from onthewire.kv.grammar import VERSION, Command, Delete, Error, Get, Hello, Invalid, Put, Quit
from onthewire.kv.replies import Done, Greeting, Missing, Refusal, Value, encode_reply
from onthewire.kv.store import Store
from onthewire.serving import Limits

KV_LIMITS = Limits(receive=1_024)
"""What a server of this protocol allows.

Commands are shorter than their replies, and those to all that is received at once are held
together: 1,024 octets have room for 170 times ``GET a``, so for 700 KB of replies at most.
"""


# --8<-- [start:KvService]
class KvService:
    """One client's conversation; a `onthewire.serving.Conversation`.

    Args:
        store: what all clients share.
        limits: `idle_time` is for the time between two commands, `line_time` for a command that has
            begun, its value included.
    """

    def __init__(self, store: Store, limits: Limits = KV_LIMITS) -> None:
        self._store = store
        self._limits = limits
        self._reader = CommandReader()
        self._quiet_since = 0.0
        self._begun_at: float | None = None

    @property
    def closing(self) -> bool:
        """Whether the conversation is over and the connection is to be closed."""
        return self._reader.closed

    def started(self, now: float) -> bytes:
        """The client has connected; it is the one that speaks first."""
        self._quiet_since = now
        return b""

    def refused(self, now: float) -> bytes:  # noqa: ARG002
        """There is no place for this client."""
        return self._last_words(Error.BUSY)

    def received(self, data: bytes, now: float) -> bytes:
        """Carry out each command that these octets complete."""
        commands = self._reader.feed(data)
        if not self._reader.inside_command:
            self._begun_at, self._quiet_since = None, now
        elif self._begun_at is None or commands:
            # A command has begun. More octets of it are no reason for more time.
            self._begun_at = now
        return b"".join(map(self._reply, commands))

    def ended(self, now: float) -> bytes:  # noqa: ARG002
        """The client has ended its direction; the rest of a command is an error."""
        return b"".join(map(self._reply, self._reader.end()))

    def deadline(self) -> float | None:
        """When the command that has begun must be complete, or the next one must have begun."""
        if self._begun_at is not None:
            return self._begun_at + self._limits.line_time
        return self._quiet_since + self._limits.idle_time

    def expired(self, now: float) -> bytes:  # noqa: ARG002
        """The client was too slow."""
        return self._last_words(Error.IDLE)

    def _last_words(self, error: Error) -> bytes:
        self._reader.close()
        return encode_reply(Refusal(error))

    def _reply(self, command: Command) -> bytes:
        match command:
            case Hello(version):
                return encode_reply(Greeting(min(version, VERSION)))
            case Get(key):
                value = self._store.get(key)
                return encode_reply(Missing() if value is None else Value(value))
            case Put(key, value):
                kept = self._store.put(key, value)
                return encode_reply(Done() if kept else Refusal(Error.FULL))
            case Delete(key):
                return encode_reply(Done() if self._store.delete(key) else Missing())
            case Quit():
                return encode_reply(Done())
            case Invalid(error):
                return encode_reply(Refusal(error))


# --8<-- [end:KvService]
