"""Prints the TCP segments of a capture file, sequence numbers counted from each side's SYN."""

import argparse
import struct
from pathlib import Path

FLAGS = {0x02: "SYN", 0x01: "FIN", 0x04: "RST", 0x10: "ACK"}


def frames(capture):
    """The time and the captured octets of each frame; the file header has 24 octets."""
    order = "<" if capture[:4] == b"\xd4\xc3\xb2\xa1" else ">"
    offset = 24
    while offset < len(capture):
        seconds, microseconds, kept, _ = struct.unpack_from(order + "IIII", capture, offset)
        yield seconds * 1_000_000 + microseconds, capture[offset + 16 : offset + 16 + kept]
        offset += 16 + kept


def segment(frame):
    """The fields of a TCP segment in IPv4 in an Ethernet frame, whose header has 14 octets."""
    packet = frame[14:]
    header = 4 * (packet[0] & 0x0F)
    ports = struct.unpack_from(">HH", packet, header)
    sequence, acknowledged, offset, bits = struct.unpack_from(">IIBB", packet, header + 4)
    # The frame may have been cut, so the length comes from the header of the packet.
    data = int.from_bytes(packet[2:4], "big") - header - 4 * (offset >> 4)
    return ports, sequence, acknowledged, bits, data


def table(capture):
    """For each segment: microseconds since the first, sender, flags, sequence, octets, ack."""
    rows, start, first, client = [], None, {}, None
    for moment, frame in frames(capture):
        ports, sequence, acknowledged, bits, data = segment(frame)
        start = moment if start is None else start
        client = ports if client is None else client
        first.setdefault(ports, sequence)
        other = ports[::-1]
        names = " ".join(name for bit, name in FLAGS.items() if bits & bit)
        seen = (acknowledged - first.get(other, 0)) % 2**32 if bits & 0x10 else ""
        sender = "client" if ports == client else "server"
        number = (sequence - first[ports]) % 2**32
        rows.append((moment - start, sender, names, number, data, seen))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    arguments = parser.parse_args()
    print(f"{'ms':>8}  {'from':8}{'flags':10}{'seq':>8}{'octets':>8}{'ack':>8}")
    for moment, sender, flags, number, data, seen in table(arguments.file.read_bytes()):
        line = f"{moment / 1000:8.3f}  {sender:8}{flags:10}{number:8}{data:8}{seen:>8}"
        print(line.rstrip())


if __name__ == "__main__":
    main()
