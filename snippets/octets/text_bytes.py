"""Shows the characters of a text, the number of each, and its octets and bits in UTF-8."""

import argparse
from pathlib import Path


def bits(octets):
    # The ones in front and the first zero say what an octet is; the rest is the content.
    parts = []
    for octet in octets:
        eight = f"{octet:08b}"
        content = eight.index("0") + 1
        parts.append(f"{eight[:content]} {eight[content:]}")
    return "   ".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text", nargs="?", default="Aé€😀")
    parser.add_argument("--write", metavar="FILE", help="write the octets into a file too")
    options = parser.parse_args()
    octets = options.text.encode("utf-8")
    print("number   octets       bits: what the octet is, and its content")
    for character in options.text:
        encoded = character.encode("utf-8")
        print(f"U+{ord(character):04X}".ljust(9) + f"{encoded.hex(' '):13}{bits(encoded)}")
    print(f"{len(options.text)} characters, {len(octets)} octets")
    if options.write:
        Path(options.write).write_bytes(octets)


if __name__ == "__main__":
    main()
