"""Datagrams over a path that loses, doubles, holds back and delays them: without I/O, and live."""

from onthewire.datagrams.faults import FATES, Fate, Faults
from onthewire.datagrams.path import QUEUE_LIMIT, Path
from onthewire.datagrams.proxy import FLOW_LIMIT, LossyProxy

__all__ = ["FATES", "FLOW_LIMIT", "QUEUE_LIMIT", "Fate", "Faults", "LossyProxy", "Path"]
