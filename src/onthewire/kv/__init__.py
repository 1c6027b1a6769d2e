"""The key-value protocol: its parsers, states and server side, without I/O.

``CommandReader`` turns a client's octets into commands, ``ReplyReader`` a server's into replies.
``KvService`` carries commands out on a ``Store`` that all clients share, and is a conversation for
any server of ``onthewire.serving``. The specification is a page of the course.
"""

from onthewire.kv.commands import TRANSITIONS, CommandReader, State, Step
from onthewire.kv.grammar import (
    STORE_LIMIT,
    VALUE_LIMIT,
    VERSION,
    Command,
    Delete,
    Error,
    Get,
    Hello,
    Invalid,
    Put,
    Quit,
    encode_put,
    is_key,
)
from onthewire.kv.replies import (
    Done,
    Greeting,
    Missing,
    NoReply,
    Refusal,
    Reply,
    ReplyReader,
    Value,
    encode_reply,
)
from onthewire.kv.service import KV_LIMITS, KvService
from onthewire.kv.store import Store

__all__ = [
    "KV_LIMITS",
    "STORE_LIMIT",
    "TRANSITIONS",
    "VALUE_LIMIT",
    "VERSION",
    "Command",
    "CommandReader",
    "Delete",
    "Done",
    "Error",
    "Get",
    "Greeting",
    "Hello",
    "Invalid",
    "KvService",
    "Missing",
    "NoReply",
    "Put",
    "Quit",
    "Refusal",
    "Reply",
    "ReplyReader",
    "State",
    "Step",
    "Store",
    "Value",
    "encode_put",
    "encode_reply",
    "is_key",
]
