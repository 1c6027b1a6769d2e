"""Measures three ways to frame messages: octets that they add, and messages a second."""

import argparse
import struct
import time
import zlib

HEADER = struct.Struct("!BBII")


def by_line(message):
    return message + b"\n"


def by_length(message):
    return struct.pack("!I", len(message)) + message


def by_header(message):
    covered = struct.pack("!BBI", 1, 1, len(message))
    return covered + struct.pack("!I", zlib.crc32(covered + message)) + message


def cut_lines(stream):
    return stream.split(b"\n")[:-1]


def cut_lengths(stream):
    messages, start = [], 0
    while start < len(stream):
        (length,) = struct.unpack_from("!I", stream, start)
        messages.append(stream[start + 4 : start + 4 + length])
        start += 4 + length
    return messages


def cut_headers(stream):
    messages, start = [], 0
    while start < len(stream):
        _version, _kind, length, checksum = HEADER.unpack_from(stream, start)
        message = stream[start + HEADER.size : start + HEADER.size + length]
        assert zlib.crc32(stream[start : start + 6] + message) == checksum
        messages.append(message)
        start += HEADER.size + length
    return messages


FRAMINGS = {
    "line feed": (by_line, cut_lines),
    "length": (by_length, cut_lengths),
    "header with checksum": (by_header, cut_headers),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+", help="octets of a message")
    for size in parser.parse_args().sizes:
        message = bytes(range(32, 127)) * (size // 95 + 1)
        messages = [message[:size]] * (2_000_000 // (size + 100))
        for name, (frame, cut) in FRAMINGS.items():
            took = []
            for _ in range(5):
                began = time.perf_counter()
                assert cut(b"".join(map(frame, messages))) == messages
                took.append(time.perf_counter() - began)
            rate = len(messages) / min(took)
            added = len(frame(messages[0])) - size
            print(f"{size} octets, {name}: {added} more, {rate:,.0f} messages a second")


if __name__ == "__main__":
    main()
