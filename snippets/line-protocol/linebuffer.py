"""Cuts a stream of octets into lines, whatever pieces it comes in. Knows no socket."""

LINE_LIMIT = 4096


class LineBuffer:
    """For one stream; `feed` and `end` return pairs: ("line", text) or ("error", reason)."""

    def __init__(self, limit=LINE_LIMIT):
        self.limit = limit
        self.held = bytearray()
        self.skipping = False

    def feed(self, octets):
        events = []
        *ends_of_lines, rest = octets.split(b"\n")
        for part in ends_of_lines:
            self._hold(part, events)
            if not self.skipping:
                events.append(decoded(self.held))
            self.held.clear()
            self.skipping = False
        self._hold(rest, events)
        return events

    def end(self):
        return [("error", "unterminated line")] if self.held else []

    def _hold(self, part, events):
        if not self.skipping and len(self.held) + len(part) > self.limit:
            self.held.clear()
            self.skipping = True
            events.append(("error", "line too long"))
        if not self.skipping:
            self.held += part


def decoded(octets):
    try:
        return "line", octets.removesuffix(b"\r").decode("utf-8")
    except UnicodeDecodeError:
        return "error", "invalid UTF-8"


def main():
    buffer = LineBuffer(limit=8)
    for piece in (b"al", b"pha\r", b"\nb\xc3", b"\xa9ta\ncharlie", b" delta", b"\nech"):
        print(f"feed({piece!r})")
        print("   ", *map(ascii, buffer.feed(piece)), "holds", bytes(buffer.held))
    print("end()")
    print("   ", *buffer.end())


if __name__ == "__main__":
    main()
