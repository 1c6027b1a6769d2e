"""Writes JSON as octets, and reads it without what two readers may understand differently."""

import json
import math

EXACT = 2**53 - 1


def encode(value):
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8")


def decode(octets):
    value = json.loads(
        octets.decode("utf-8"),
        object_pairs_hook=distinct,
        parse_int=exact,
        parse_float=finite,
        parse_constant=refuse,
    )
    encode(value)  # half of a pair, such as "\\ud800", is no character and has no octets
    return value


def distinct(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands there twice")
    return found


def exact(digits):
    number = int(digits)
    if abs(number) > EXACT:
        raise ValueError("not every reader can keep this integer")
    return number


def finite(digits):
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("not every reader can keep this number")
    return number


def refuse(word):
    raise ValueError(f"{word} is not JSON")
