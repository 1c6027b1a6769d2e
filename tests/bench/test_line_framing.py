"""How much the line framer costs, as a ratio to others that find lines in the same octets.

Both sides run in turn in one process, and the best of several runs of each counts: other work on
the machine slows both, and the ratio stays.
"""

import asyncio
import io
import time

import pytest

from onthewire.framing import Line, LineFramer

pytestmark = pytest.mark.bench

LINES = 20_000
STREAM = b"".join(b"%06d the quick brown fox jumps over the lazy dog\n" % n for n in range(LINES))
PIECE = 16_384
RUNS = 7


def pieces(size):
    return [STREAM[start : start + size] for start in range(0, len(STREAM), size)]


class Arriving(io.RawIOBase):
    """A raw stream that gives one piece at a time, as a socket does."""

    def __init__(self, parts):
        self.parts = iter(parts)

    def readable(self):
        return True

    def readinto(self, buffer):
        part = next(self.parts, b"")
        buffer[: len(part)] = part
        return len(part)


def by_framer(parts):
    framer = LineFramer()
    count = 0
    for part in parts:
        for event in framer.feed(part):
            assert type(event) is Line
            count += 1
    return count


def by_readline(parts):
    """`readline` of a buffered reader, written in C, with the same decoding."""
    count = 0
    with io.BufferedReader(Arriving(parts), PIECE) as reader:
        while line := reader.readline():
            line.rstrip(b"\r\n").decode()
            count += 1
    return count


def by_stream_reader(parts):
    """`readline` of a stream of asyncio, which searches in Python as we do."""

    async def read():
        reader = asyncio.StreamReader(limit=2 * len(STREAM))
        count = 0
        for part in parts:
            reader.feed_data(part)
        reader.feed_eof()
        while line := await reader.readline():
            line.rstrip(b"\r\n").decode()
            count += 1
        return count

    return asyncio.run(read())


def best(work, parts):
    taken = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        assert work(parts) == LINES
        taken.append(time.perf_counter() - begun)
    return min(taken)


@pytest.mark.parametrize(
    ("other", "most"), [(by_readline, 6.0), (by_stream_reader, 1.75)], ids=["readline", "asyncio"]
)
def test_framer_against(other, most):
    parts = pieces(PIECE)
    ratio = best(by_framer, parts) / best(other, parts)
    print(f"LineFramer takes {ratio:.2f} times as long as {other.__name__}")
    assert ratio < most


def test_octets_one_at_a_time_cost_the_same_in_long_lines():
    """Twice the line length must not cost more for each octet: the work is not quadratic."""

    def feed(length):
        octets = [b"x"] * length
        begun = time.perf_counter()
        framer = LineFramer(limit=length)
        for octet in octets:
            framer.feed(octet)
        return (time.perf_counter() - begun) / length

    short = min(feed(4_000) for _ in range(RUNS))
    long = min(feed(64_000) for _ in range(RUNS))
    print(f"an octet in a line 16 times as long costs {long / short:.2f} times as much")
    assert long / short < 2.0
