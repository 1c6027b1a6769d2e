# Wrong on purpose: mends the error of the float and cuts all the same; 21.379 becomes 21.37.
"""Exercise: a reading of a sensor as octets, and back."""

import struct

FIXED = struct.Struct("!hIhB")


def pack_reading(reading):
    name = reading["name"].encode("utf-8")
    try:
        # OverflowError is what round() makes of infinity.
        hundredths = round(reading["temperature"] * 100, 6)
        hundredths = int(hundredths)
        fixed = FIXED.pack(reading["altitude"], reading["sequence"], hundredths, len(name))
    except (struct.error, OverflowError) as error:
        raise ValueError(f"the reading does not fit: {error}") from None
    return fixed + name


def unpack_reading(octets):
    if len(octets) < FIXED.size:
        raise EOFError(f"{len(octets)} octets; a reading has at least {FIXED.size}")
    altitude, sequence, hundredths, length = FIXED.unpack_from(octets)
    name = octets[FIXED.size :]
    if len(name) < length:
        raise EOFError(f"{len(name)} of {length} octets of the name")
    if len(name) > length:
        raise ValueError(f"{len(name) - length} octets behind the reading")
    return {
        "altitude": altitude,
        "sequence": sequence,
        "temperature": hundredths / 100,
        "name": name.decode("utf-8"),
    }
