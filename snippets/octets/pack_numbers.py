"""Packs numbers into octets: both byte orders, signs, floats, sizes, and what does not fit."""

import struct
import sys


def show(format_, *values):
    octets = struct.pack(format_, *values)
    call = f'struct.pack("{format_}", {", ".join(map(str, values))})'
    print(f"{call:28}{octets.hex(' ')}")


def main():
    print("this machine:", sys.byteorder, "endian")
    show(">H", 258)
    show("<H", 258)
    show(">I", 258)
    show("<I", 258)
    show(">h", -2)
    show(">H", 65534)
    show(">d", 0.1)
    show(">f", 0.1)
    print("0.1 in four octets and back:", *struct.unpack(">f", struct.pack(">f", 0.1)))

    print()
    for prefix in "@=>":
        show(f"{prefix}bI", 1, 258)

    print()
    for format_, value in ((">H", 65535), (">H", 65536), (">H", -1), (">h", 32768)):
        try:
            struct.pack(format_, value)
            print(f"{value} fits into {format_}")
        except struct.error:
            print(f"{value} does not fit into {format_}: struct.error")
    try:
        struct.unpack(">I", b"\0\0\1")
    except struct.error as error:
        print("three octets for >I:", error)


if __name__ == "__main__":
    main()
