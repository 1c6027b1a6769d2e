"""DNS: messages, zones, an authoritative server and two resolvers.

``names``, ``records``, ``wire`` and ``message`` turn octets into values and back; ``zonefile``
reads zones, ``zone`` finds answers in them, ``responder`` makes responses of these; ``questions``,
``cache`` and ``iterative`` decide what a resolver asks and believes. None of them does I/O.
``server`` serves zones over UDP and TCP, ``stub`` asks one server, ``resolver`` asks its way down
from the root, and ``lab`` is a small internet of names on the loopback.
"""

from onthewire.dns.errors import DNSError, ZoneError
from onthewire.dns.message import Edns, Message, Question, Record, decode, encode, encode_within
from onthewire.dns.names import ROOT, Name
from onthewire.dns.records import (
    AAAA,
    CAA,
    CNAME,
    MX,
    NS,
    PTR,
    SOA,
    SRV,
    TXT,
    A,
    RData,
    Unknown,
)

__all__ = [
    "AAAA",
    "CAA",
    "CNAME",
    "MX",
    "NS",
    "PTR",
    "ROOT",
    "SOA",
    "SRV",
    "TXT",
    "A",
    "DNSError",
    "Edns",
    "Message",
    "Name",
    "Question",
    "RData",
    "Record",
    "Unknown",
    "ZoneError",
    "decode",
    "encode",
    "encode_within",
]
