# Wrong on purpose: follows every pointer, wherever it leads.
"""Reads a name. `python wrong_read_name.py HEX` reads one behind a header."""

import sys

PATIENCE = 1_000_000


def read_name(data, offset):
    labels = []
    steps = 0
    while data[offset]:
        steps += 1
        if steps == PATIENCE:
            return f"no end after {steps:,} steps"
        if data[offset] >= 192:
            offset = (data[offset] - 192) * 256 + data[offset + 1]
        else:
            labels.append(data[offset + 1 : offset + 1 + data[offset]].decode("ascii"))
            offset += 1 + data[offset]
    return ".".join(labels) + "."


if __name__ == "__main__":
    octets = bytes(12) + bytes.fromhex(sys.argv[1])
    print(f"{len(octets)} octets: {read_name(octets, 12)}")
