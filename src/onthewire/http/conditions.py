"""Conditional requests and ranges: whether a representation is sent, all of it, or parts of it.

RFC 9110 section 13 (preconditions, in the order of 13.2.2) and section 14 (byte ranges). Without
I/O: what goes in is a request's fields and what identifies the representation.

Left out: units of ranges other than bytes, and PUT with a range.
"""

from __future__ import annotations

import email.utils
import re
import time
from datetime import UTC
from itertools import pairwise
from typing import NamedTuple

from onthewire.http.events import RequestHead

RANGES = 16
"""Ranges in one request; more, or any that overlap, are answered with the whole (RFC 9110 14.2).

Each would cost a part of its own: a request of some hundred octets could ask for gigabytes.
"""

_date = re.compile(  # RFC 9110 section 5.6.7: the preferred form, that of RFC 850, and asctime's
    rb"(?:[MTWFS][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT"
    rb"|[MTWFS][a-z]{5,8}, [0-9]{2}-[A-Z][a-z]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT"
    rb"|[MTWFS][a-z]{2} [A-Z][a-z]{2} [0-9 ][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4})"
)
_entity_tag = re.compile(rb'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_tag_list = re.compile(rb'[\t ]*(?:(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"[\t ]*)?(?:,[\t ]*(?:(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"[\t ]*)?)*')  # fmt: skip # noqa: E501
_range_set = re.compile(rb"bytes=[\t ]*((?:[0-9]+-[0-9]*|-[0-9]+)(?:[\t ]*,[\t ]*(?:[0-9]+-[0-9]*|-[0-9]+))*)")  # fmt: skip # noqa: E501


class Validators(NamedTuple):
    """What tells two versions of a representation apart.

    Attributes:
        tag: a strong entity tag with its quotes.
        modified: seconds since 1970, whole.
    """

    tag: bytes
    modified: int


def http_date(seconds: int) -> str:
    """A date as HTTP writes it (RFC 9110 section 5.6.7)."""
    return email.utils.formatdate(seconds, usegmt=True)


def read_date(value: bytes | None) -> int | None:
    """Seconds since 1970 of a date in any of the three forms; None for anything else."""
    if value is None or not _date.fullmatch(value):
        return None
    try:
        date = email.utils.parsedate_to_datetime(value.decode("ascii"))
        return int(date.replace(tzinfo=date.tzinfo or UTC).timestamp())
    except (ValueError, TypeError, OverflowError):
        return None


def _listed(value: bytes, tag: bytes, *, weak: bool) -> bool:
    """Whether a list names the tag (RFC 9110 section 8.8.3.2), ``*`` naming any."""
    if value == b"*":
        return True
    if not _tag_list.fullmatch(value):
        return False
    return any(
        (weak or not each[1]) and each[0].endswith(tag) for each in _entity_tag.finditer(value)
    )


# --8<-- [start:precondition]
def precondition(head: RequestHead, validators: Validators) -> int | None:
    """The status that answers a request in place of its usual response: 304, 412 or None.

    If-Match and If-Unmodified-Since protect a change, If-None-Match and If-Modified-Since save a
    transfer; of each pair the date counts only without the tags.
    """
    tag, modified = validators
    safe = head.method in ("GET", "HEAD")
    if (match := head.get(b"if-match")) is not None:
        if not _listed(match, tag, weak=False):
            return 412
    elif (since := read_date(head.get(b"if-unmodified-since"))) is not None and modified > since:
        return 412
    if (none_match := head.get(b"if-none-match")) is not None:
        if _listed(none_match, tag, weak=True):
            return 304 if safe else 412
    elif safe and (since := read_date(head.get(b"if-modified-since"))) is not None:
        return 304 if modified <= since else None
    return None


# --8<-- [end:precondition]
# --8<-- [start:ranges]
def ranges(head: RequestHead, validators: Validators, size: int) -> list[range] | None:
    """The octets that are asked for; None for all, an empty list where there are none such (416).

    Args:
        head: of the request; a malformed Range is ignored (RFC 9110 section 14.2).
        validators: for If-Range, which asks for all if the client's part is of another version.
        size: octets of the representation.
    """
    value = head.get(b"range")
    if value is None or head.method != "GET" or not size:
        return None
    matched = _range_set.fullmatch(value.lower())
    if matched is None:
        return None
    condition = head.get(b"if-range")
    if condition is not None and condition != validators.tag:
        # A date is exact only once its second is over (RFC 9110 section 8.8.2.2).
        if read_date(condition) != validators.modified or validators.modified + 1 > time.time():
            return None
    found: list[range] = []
    for each in matched[1].split(b","):
        first, _, last = each.strip(b" \t").partition(b"-")
        if max(len(first), len(last)) > 18 or (first and last and int(last) < int(first)):
            return None
        if first:
            part = range(int(first), min(int(last or size), size - 1) + 1)
        else:
            part = range(max(0, size - int(last)), size)
        if part:
            found.append(part)
    if len(found) > RANGES or len(matched[1].split(b",")) > RANGES:
        return None
    ordered = sorted(found, key=lambda part: part.start)
    if any(after.start < before.stop for before, after in pairwise(ordered)):
        return None
    return found


# --8<-- [end:ranges]
