"""Shows the octets of a file, or of what is piped into it, with their offsets."""

import argparse
import os
import sys
from pathlib import Path

ROW = 16


def count(text):
    number = int(text, 0)  # 0x20 as well as 32
    if number < 0:
        raise ValueError
    return number


def skip(stream, octets):
    if stream.seekable():
        stream.seek(octets, os.SEEK_CUR)
        return
    while octets and (skipped := stream.read(min(octets, 65536))):
        octets -= len(skipped)


def dump(stream, start, length):
    skip(stream, start)
    offset, left = start, length
    while octets := stream.read(ROW if left is None else min(ROW, left)):
        text = "".join(chr(octet) if 0x20 <= octet < 0x7F else "." for octet in octets)
        print(f"{offset:08x}  {octets.hex(' '):{3 * ROW - 1}}  {text}")
        offset += len(octets)
        if left is not None:
            left -= len(octets)
    if offset > start:
        print(f"{offset:08x}")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", default="-", help="- or nothing: what is piped in")
    parser.add_argument("--start", type=count, default=0, help="skip so many octets first")
    parser.add_argument("--length", type=count, help="show at most so many octets")
    options = parser.parse_args()
    try:
        if options.file == "-":
            dump(sys.stdin.buffer, options.start, options.length)
        else:
            with Path(options.file).open("rb") as stream:
                dump(stream, options.start, options.length)
    except BrokenPipeError:
        # Whoever read the dump has seen enough. Python flushes once more at its end: into nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(f"{options.file}: {type(error).__name__}")


if __name__ == "__main__":
    main()
