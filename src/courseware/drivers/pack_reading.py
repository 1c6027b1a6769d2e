"""Beside the reader's module in exercise `pack-reading`: calls both functions and compares."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from courseware.drivers import Wrong

Reading = dict[str, Any]

GOLDEN: tuple[tuple[Reading, str], ...] = (
    (
        {"altitude": 258, "sequence": 1, "temperature": 21.5, "name": "roof"},
        "01 02  00 00 00 01  08 66  04  72 6f 6f 66",
    ),
    (
        {"altitude": -2, "sequence": 4_294_967_295, "temperature": -3.25, "name": "Küche"},
        "ff fe  ff ff ff ff  fe bb  06  4b c3 bc 63 68 65",
    ),
    (
        {"altitude": 0, "sequence": 16_909_060, "temperature": 0.0, "name": ""},
        "00 00  01 02 03 04  00 00  00",
    ),
    (
        {"altitude": -32768, "sequence": 0, "temperature": 327.67, "name": "5 € 😀"},
        "80 00  00 00 00 00  7f ff  0a  35 20 e2 82 ac 20 f0 9f 98 80",
    ),
)
"""Readings and their octets, written down by hand from the layout."""

ROUND_TRIPS = 500

ALTITUDES = (-32768, -1, 0, 1, 255, 256, 32767)
SEQUENCES = (0, 1, 255, 256, 65535, 65536, 2**31, 2**32 - 1)
HUNDREDTHS = (-32768, -1, 0, 1, 29, 57, 32767)
"""The ends of the ranges; 29 and 57 are hundredths that become 28.99… and 56.99… as floats."""

CHARACTERS = ("az", "éß", "€日", "😀🜂")
"""Characters of one, two, three and four octets."""

BESIDE = 0.004
"""Degrees that a temperature may lie beside a hundredth and still be rounded to it."""

LAST_DEGREES = 327.0

NAME_LIMIT = 255

TOO_LARGE: tuple[tuple[str, Any], ...] = (
    ("altitude", 32768),
    ("altitude", -32769),
    ("sequence", 2**32),
    ("sequence", -1),
    ("temperature", 327.68),
    ("temperature", -327.69),
    ("temperature", float("inf")),
    ("temperature", float("nan")),
    ("name", "x" * 256),
    ("name", "€" * 86),
)

NOT_UTF_8 = {
    "an octet that UTF-8 does not use": b"\xff",
    "the octets of another encoding": b"K\xfcche",
    "half a character": b"K\xc3",
    "an octet that continues nothing": b"\x80",
    "a longer form than needed": b"\xc0\x80",
    "a surrogate": b"\xed\xa0\x80",
    "a number over U+10FFFF": b"\xf4\x90\x80\x80",
}


def shown(value: Any) -> str:
    """A value as the message has it: in ASCII, and not longer than a line."""
    if isinstance(value, bytes):
        return f"the {len(value)} octets {value[:20].hex(' ')}{' …'[: 2 * (len(value) > 20)]}"
    text = ascii(value)
    return text if len(text) <= 130 else f"{text[:130]} …"


def name_of(kind: type[BaseException]) -> str:
    """The name of an exception as one writes it: `struct.error`, `ValueError`."""
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def octets_of(altitude: int, sequence: int, hundredths: int, name: str) -> bytes:
    """What a reading is on the wire, without `struct`."""
    encoded = name.encode("utf-8")
    return b"".join(
        (
            altitude.to_bytes(2, "big", signed=True),
            sequence.to_bytes(4, "big"),
            hundredths.to_bytes(2, "big", signed=True),
            bytes([len(encoded)]),
            encoded,
        )
    )


def readings(seed: int) -> Iterator[tuple[Reading, bytes]]:
    """Random readings and their octets; the ends of all ranges among them."""
    chance = random.Random(seed)
    for _ in range(ROUND_TRIPS):
        at_ends = chance.random() < 0.3
        altitude = chance.choice(ALTITUDES) if at_ends else chance.randrange(-32768, 32768)
        sequence = chance.choice(SEQUENCES) if at_ends else chance.randrange(2**32)
        hundredths = chance.choice(HUNDREDTHS) if at_ends else chance.randrange(-32768, 32768)
        name = some_name(chance)
        reading = {
            "altitude": altitude,
            "sequence": sequence,
            "temperature": hundredths / 100,
            "name": name,
        }
        yield reading, octets_of(altitude, sequence, hundredths, name)


def some_name(chance: random.Random) -> str:
    """A name of 0 to 255 octets, of characters of all sizes."""
    name = ""
    limit = chance.choice((0, chance.randrange(30), chance.randrange(30), NAME_LIMIT))
    while True:
        longer = name + chance.choice(chance.choice(CHARACTERS))
        if len(longer.encode("utf-8")) > limit:
            return name
        name = longer


def expect_packed(program: Any, reading: Reading, octets: bytes) -> None:
    """`pack_reading` has to give these octets."""
    packed = program.pack_reading(dict(reading))
    if not isinstance(packed, bytes):
        kind = type(packed).__name__
        raise Wrong(f"pack_reading returned an object of type {kind}; expected bytes.")
    if packed != octets:
        raise Wrong(
            f"Wrong octets from pack_reading({shown(reading)}).", expected=octets, received=packed
        )


def expect_unpacked(program: Any, octets: bytes, reading: Reading) -> None:
    """`unpack_reading` has to give this reading."""
    unpacked = program.unpack_reading(octets)
    if unpacked != reading:
        raise Wrong(
            f"unpack_reading of {shown(octets)} returned {shown(unpacked)}; "
            f"expected {shown(reading)}."
        )


def expect_raised(function: Any, given: Any, wanted: type[Exception], about: str) -> None:
    """The function has to raise this, for the reason in `about`."""
    try:
        result = function(given)
    except wanted:
        return
    except Exception as error:
        raise Wrong(
            f"{function.__name__} raised {name_of(type(error))} for {about}; "
            f"expected {wanted.__name__}."
        ) from None
    raise Wrong(
        f"{function.__name__} returned {shown(result)} for {about}; expected {wanted.__name__}."
    )


def golden(program: Any) -> None:
    """The readings that were packed by hand, there, then back."""
    for reading, dump in GOLDEN:
        expect_packed(program, reading, bytes.fromhex(dump))
    for reading, dump in GOLDEN:
        expect_unpacked(program, bytes.fromhex(dump), reading)


def round_trips(program: Any, seed: int) -> int:
    """Random readings there and back; how many there were.

    Each is also packed with a temperature a little beside the hundredth, which it is rounded to.
    """
    count = 0
    for reading, octets in readings(seed):
        expect_packed(program, reading, octets)
        expect_unpacked(program, octets, reading)
        count += 1
    for number, (reading, octets) in enumerate(readings(seed)):
        temperature = reading["temperature"]
        # At the end of the range there is no place on the other side.
        down = temperature > LAST_DEGREES or (number % 2 and temperature > -LAST_DEGREES)
        beside = {**reading, "temperature": temperature + (-BESIDE if down else BESIDE)}
        expect_packed(program, beside, octets)
    return count


def refuses_octets(program: Any) -> None:
    """Every beginning of a packed reading, octets behind it, then names that are not UTF-8."""
    for _, dump in GOLDEN:
        octets = bytes.fromhex(dump)
        for count in range(len(octets)):
            about = f"{count} of {len(octets)} octets"
            expect_raised(program.unpack_reading, octets[:count], EOFError, about)
    for _, dump in GOLDEN:
        octets = bytes.fromhex(dump)
        for behind in (b"\0", b"\n", octets):
            about = f"a reading of {len(octets)} octets with {behind.hex(' ')} behind it"
            expect_raised(program.unpack_reading, octets + behind, ValueError, about)
    head = octets_of(258, 1, 2150, "")[:-1]
    for what, name in NOT_UTF_8.items():
        octets = head + bytes([len(name)]) + name
        about = f"a name with {what} ({name.hex(' ')})"
        expect_raised(program.unpack_reading, octets, ValueError, about)


def refuses_values(program: Any) -> None:
    """Values that have no place in the layout; those at the ends have been packed before."""
    reading, _ = GOLDEN[0]
    for field, value in TOO_LARGE:
        about = f"the {field} {shown(value)}"
        if isinstance(value, str):
            about = f"a {field} of {len(value.encode())} octets"
        expect_raised(program.pack_reading, {**reading, field: value}, ValueError, about)
