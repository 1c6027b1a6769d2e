"""Domain names as octets, and back. `python dns_names.py HEX` reads one behind a header."""

import struct
import sys


def write_name(out, name, seen):
    """Labels, or a pointer to where the same ending was written before."""
    if len(name) > 254:
        raise ValueError("a name has at most 255 octets")
    while name != ".":
        if name in seen:
            out += struct.pack("!H", 0xC000 | seen[name])
            return
        if len(out) < 0x4000:
            seen[name] = len(out)
        label, _, rest = name.partition(".")
        if not 0 < len(label) < 64:
            raise ValueError("a label has 1 to 63 octets")
        out += bytes([len(label)]) + label.encode("ascii")
        name = rest or "."
    out.append(0)


def read_name(data, offset):
    """The name at an offset, and the offset behind it."""
    name, end, start = "", 0, offset
    while length := data[offset]:
        if length < 64:
            label = data[offset + 1 : offset + 1 + length].decode("ascii")
            if not label.isprintable() or "." in label:
                raise ValueError("a label of other characters than this program reads")
            name += label + "."
            offset += 1 + length
        elif length < 192:
            raise ValueError("neither a length nor a pointer")
        else:
            target = (length - 192) * 256 + data[offset + 1]
            if target >= start:
                raise ValueError("a pointer that does not lead back")
            end = end or offset + 2
            start = offset = target
        if len(name) > 254:
            raise ValueError("a name of more than 255 octets")
    return name or ".", end or offset + 1


if __name__ == "__main__":
    octets = bytes(12) + bytes.fromhex(sys.argv[1])
    try:
        print(f"{len(octets)} octets: {read_name(octets, 12)[0]}")
    except (ValueError, IndexError) as error:
        print(f"{len(octets)} octets, refused: {error}")
