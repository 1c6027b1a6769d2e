"""Exercise: a reading of a sensor as octets, and back.

A reading is a dict such as

    {"altitude": 258, "sequence": 1, "temperature": 21.5, "name": "roof"}

and on the wire, in network byte order:

    altitude      2 octets, signed: meters
    sequence      4 octets, unsigned
    temperature   2 octets, signed: hundredths of a degree, rounded to the nearest
    length        1 octet: how many octets the name has
    name          so many octets of UTF-8

The altitude is there already.
"""


def pack_reading(reading):
    """The octets of a reading.

    ValueError: a value does not fit into its field.
    """
    return reading["altitude"].to_bytes(2, "big", signed=True)


def unpack_reading(octets):
    """The reading that these octets are.

    EOFError: the octets end before the reading does.
    ValueError: there are octets behind it, or its name is not UTF-8.
    """
    return {"altitude": int.from_bytes(octets[:2], "big", signed=True)}
