"""Serving: one conversation without I/O, and three ways to hold many of them at once.

A ``Conversation`` takes octets and a time and gives octets and its next deadline; ``LineService``
is one. ``ThreadServer`` gives each connection a thread, ``SelectorServer`` asks the system which
sockets are ready, ``AsyncioServer`` uses the streams of asyncio. All three drive the same object
under the same ``Limits``, and differ in nothing that a client can see.
"""

from onthewire.serving.conversation import Conversation
from onthewire.serving.limits import Limits
from onthewire.serving.lines import LineService
from onthewire.serving.readiness import SelectorServer
from onthewire.serving.server import ConversationFailed, Server
from onthewire.serving.streams import AsyncioServer
from onthewire.serving.threads import ThreadServer

__all__ = [
    "AsyncioServer",
    "Conversation",
    "ConversationFailed",
    "Limits",
    "LineService",
    "SelectorServer",
    "Server",
    "ThreadServer",
]
