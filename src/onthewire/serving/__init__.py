"""Serving: one conversation without I/O, and six ways to hold one or many of them.

A ``Conversation`` takes octets and a time and gives octets and its next deadline; ``LineService``
is one. ``SequentialServer`` serves one connection after the other, ``PoolServer`` has a fixed
number of threads, ``ThreadServer`` gives each connection a thread, ``SelectorServer`` asks the
system which sockets are ready, ``AsyncioServer`` uses the streams of asyncio, ``ProcessServer``
runs one of these in several processes. All of them drive the same object under the same
``Limits``, and differ in nothing that a client can see but in who has to wait.
"""

from onthewire.serving.conversation import Conversation
from onthewire.serving.limits import Limits
from onthewire.serving.lines import LineService
from onthewire.serving.processes import ProcessServer
from onthewire.serving.readiness import SelectorServer
from onthewire.serving.server import ConversationFailed, Server
from onthewire.serving.streams import AsyncioServer
from onthewire.serving.threads import PoolServer, SequentialServer, ThreadServer

__all__ = [
    "AsyncioServer",
    "Conversation",
    "ConversationFailed",
    "Limits",
    "LineService",
    "PoolServer",
    "ProcessServer",
    "SelectorServer",
    "SequentialServer",
    "Server",
    "ThreadServer",
]
