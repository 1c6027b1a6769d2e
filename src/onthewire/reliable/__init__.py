"""Reliable transfer over datagrams: stop-and-wait, go-back-N and selective repeat, without I/O.

`Sender` and `Receiver` are state machines: datagrams and the time go in, datagrams and the next
timer come out. `simulate` runs a pair of them on a virtual clock, `send_all` and `receive_all` over
a real socket.
"""

from __future__ import annotations

from onthewire.reliable.errors import Ended, GaveUp
from onthewire.reliable.live import receive_all, send_all
from onthewire.reliable.packets import Packet, decode, encode
from onthewire.reliable.receiver import InOrderReceiver, Receiver, SelectiveReceiver
from onthewire.reliable.sender import (
    GoBackNSender,
    SelectiveRepeatSender,
    Sender,
    StopAndWaitSender,
)
from onthewire.reliable.simulation import Outcome, Stuck, simulate
from onthewire.reliable.timer import RetransmissionTimer

SCHEMES: dict[str, tuple[type[Sender], type[Receiver]]] = {
    "stop-and-wait": (StopAndWaitSender, InOrderReceiver),
    "go-back-n": (GoBackNSender, InOrderReceiver),
    "selective-repeat": (SelectiveRepeatSender, SelectiveReceiver),
}
"""The two halves of each scheme, by its name."""

__all__ = [
    "SCHEMES",
    "Ended",
    "GaveUp",
    "GoBackNSender",
    "InOrderReceiver",
    "Outcome",
    "Packet",
    "Receiver",
    "RetransmissionTimer",
    "SelectiveReceiver",
    "SelectiveRepeatSender",
    "Sender",
    "StopAndWaitSender",
    "Stuck",
    "decode",
    "encode",
    "receive_all",
    "send_all",
    "simulate",
]
