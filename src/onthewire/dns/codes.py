"""Numbers with names: types, classes, response codes (the registries of RFC 6895)."""

from __future__ import annotations

from onthewire.dns.errors import DNSError

A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV, OPT, CAA = 1, 2, 5, 6, 12, 15, 16, 28, 33, 41, 257
DS, IXFR, AXFR, ANY = 43, 251, 252, 255

TYPES = {
    "A": A,
    "NS": NS,
    "CNAME": CNAME,
    "SOA": SOA,
    "PTR": PTR,
    "MX": MX,
    "TXT": TXT,
    "AAAA": AAAA,
    "SRV": SRV,
    "OPT": OPT,
    "DS": DS,
    "IXFR": IXFR,
    "AXFR": AXFR,
    "ANY": ANY,
    "CAA": CAA,
}
"""Types of records and questions by their names; 65,536 are possible."""

_TYPE_NAMES = {number: name for name, number in TYPES.items()}

IN, ANY_CLASS = 1, 255
CLASSES = {"IN": IN, "CH": 3, "HS": 4, "NONE": 254, "ANY": ANY_CLASS}
"""Classes by their names; the internet is one of them, and nearly the only one in use."""

_CLASS_NAMES = {number: name for name, number in CLASSES.items()}

NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED, BADVERS = 0, 1, 2, 3, 4, 5, 16
RCODES = {
    NOERROR: "NOERROR",
    FORMERR: "FORMERR",
    SERVFAIL: "SERVFAIL",
    NXDOMAIN: "NXDOMAIN",
    NOTIMP: "NOTIMP",
    REFUSED: "REFUSED",
    BADVERS: "BADVERS",
}
"""Names of the response codes that are used here."""

QUERY = 0
"""The opcode of a question, the only one answered here."""


def type_text(number: int) -> str:
    """The name of a type, or `TYPE65280` for one without a name here (RFC 3597 section 5)."""
    return _TYPE_NAMES.get(number) or f"TYPE{number}"


def class_text(number: int) -> str:
    """The name of a class, or `CLASS32` for one without a name here (RFC 3597 section 5)."""
    return _CLASS_NAMES.get(number) or f"CLASS{number}"


def rcode_text(number: int) -> str:
    """The name of a response code, or `RCODE11` for one without a name here."""
    return RCODES.get(number) or f"RCODE{number}"


def type_number(text: str) -> int:
    """The number of a type, from its name in any case or from `TYPE65280`.

    Raises:
        DNSError: there is no such type.
    """
    return _number(text, TYPES, "TYPE", "type")


def class_number(text: str) -> int:
    """The number of a class, from its name in any case or from `CLASS32`.

    Raises:
        DNSError: there is no such class.
    """
    return _number(text, CLASSES, "CLASS", "class")


def _number(text: str, known: dict[str, int], prefix: str, what: str) -> int:
    upper = text.upper()
    if upper in known:
        return known[upper]
    digits = upper.removeprefix(prefix)
    if (
        digits != upper
        and digits.isascii()
        and digits.isdecimal()
        and len(digits) <= 5
        and int(digits) < 65_536
    ):
        return int(digits)
    raise DNSError(f"{text!a} is no {what} of a record")
