"""Cuts one stream at every place and looks whether the events are the same."""

from linebuffer import LineBuffer

LINES = [b"alpha", b"", b"b\xc3\xa9ta\r", b"caf\xe9", b"far too long a line", b"last"]
STREAM = b"\n".join(LINES)


def events_of(pieces):
    buffer = LineBuffer(limit=8)
    return [event for piece in pieces for event in buffer.feed(piece)] + buffer.end()


def main():
    whole = events_of([STREAM])
    print(*map(ascii, whole), sep="\n")
    size = len(STREAM)
    for cut in range(size + 1):
        assert events_of([STREAM[:cut], STREAM[cut:]]) == whole, f"cut at {cut}"
    assert events_of([STREAM[at : at + 1] for at in range(size)]) == whole, "single octets"
    print(f"the same for {size + 1} cuts of {size} octets, and for single octets")


if __name__ == "__main__":
    main()
