"""JSON as octets: how Python writes it, what it reads, and what the strict reader makes of that."""

import json
import textwrap

from strict_json import decode, encode

ODD = (
    b'{"a":1,"a":2}',
    b"[NaN]",
    b"[1e400]",
    b"[9007199254740993]",
    b'["\\ud800"]',
    b"\xef\xbb\xbf[1]",
    "[1]".encode("utf-16-le"),
    b'["caf\xe9"]',
)


def attempt(read, octets):
    try:
        return ascii(read(octets))
    except ValueError as error:
        return textwrap.shorten(f"refused: {error}", 64, placeholder=" ...")


def main():
    reading = {"name": "Küche", "sequence": 258, "temperature": -3.25}
    for octets in (json.dumps(reading).encode("utf-8"), encode(reading)):
        print(len(octets), "octets", octets)
    for octets in ODD:
        print()
        print("octets    ", octets)
        print("json.loads", attempt(json.loads, octets))
        print("decode    ", attempt(decode, octets))


if __name__ == "__main__":
    main()
