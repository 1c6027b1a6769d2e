"""Cuts a stream of octets into frames: 4 octets of length, then that many octets of content."""

import struct

CONTENT_LIMIT = 65536
LENGTH = struct.Struct("!I")


class FrameTooLong(ValueError):
    """A length over the limit. What follows it cannot be framed: close the connection."""


def encode(content):
    if len(content) > CONTENT_LIMIT:
        raise FrameTooLong(f"{len(content)} octets to send")
    return LENGTH.pack(len(content)) + content


class FrameBuffer:
    def __init__(self):
        self.held = bytearray()

    def feed(self, octets):
        """Yields the content of each frame that these octets complete."""
        self.held += octets
        while len(self.held) >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self.held)
            # The length is a claim. It is judged before a single octet of content is awaited.
            if length > CONTENT_LIMIT:
                raise FrameTooLong(f"a frame of {length} octets is announced")
            end = LENGTH.size + length
            if len(self.held) < end:
                break
            content = bytes(self.held[LENGTH.size : end])
            del self.held[:end]
            yield content

    def end(self):
        if self.held:
            raise EOFError(f"the stream ended inside a frame, after {len(self.held)} octets of it")


def main():
    buffer = FrameBuffer()
    for piece in (b"\0\0", b"\0\5hel", b"lo\0\0\0\0\0\0\0\2\n", b"\0GET / HTTP/1.1\r\n"):
        print(f"feed({piece!r})")
        try:
            for content in buffer.feed(piece):
                print("    yields", content)
            print("    holds", bytes(buffer.held))
        except FrameTooLong as error:
            print("    FrameTooLong:", error)


if __name__ == "__main__":
    main()
