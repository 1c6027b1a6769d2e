# ruff: noqa: E501
"""Damaged messages for both sides: `python -m tests.http.fuzz --executions 100000 --seed 1`.

Each execution takes one or two messages of the conformance table, or responses, damages them, and
reads the octets whole, in random pieces, and as a stream that ends. The events must be the same
whatever the pieces, nothing but RemoteError may be raised, and what is held stays bounded.

With ``--coverage`` the same is driven by atheris where it is installed, which looks for new paths.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from onthewire.http.limits import Limits
from tests.http.cases import CASES
from tests.http.reading import octet_by_octet, requests, responses

SMALL = Limits(target=40, head=160, fields=8, body=200, extensions=24)
OK = b"HTTP/1.1 200 OK\r\n"
RESPONSES = [
    OK + b"content-length: 2\r\n\r\nab",
    OK + b"transfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nx: y\r\n\r\n",
    OK + b"\r\nuntil the end",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 404 \r\nconnection: keep-alive\r\n\r\n",
]
SEEDS = [case.sent for case in CASES if len(case.sent) < 2_000] + RESPONSES
PIECES = [
    b"\r\n", b"\r", b"\n", b"\0", b" ", b"\t", b":", b",", b";", b"=", b'"', b"\\", b"0", b"5", b"f", b"\xff", b"\x7f", b"%",
    b"\r\n\r\n", b"0\r\n\r\n", b"chunked", b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"Host: a\r\n",
    b"HTTP/1.1", b"HTTP/1.0", b"GET / ", b"HEAD / ", b"Expect: 100-continue\r\n", b"Connection: close\r\n", b"a" * 64,
]  # fmt: skip


def damaged(rng: random.Random) -> bytes:
    """One or two messages with some octets changed, dropped, doubled or put in."""
    octets = bytearray(b"".join(rng.choices(SEEDS, k=rng.choice((1, 1, 2)))))
    for _ in range(rng.choice((0, 1, 1, 2, 3, 8))):
        at = rng.randrange(len(octets) + 1)
        to = min(len(octets), at + rng.choice((0, 1, 1, 2, 9, 40)))
        match rng.randrange(4):
            case 0:
                octets[at:to] = rng.choice(PIECES)
            case 1:
                del octets[at:to]
            case 2:
                octets[at:at] = octets[at:to] * rng.choice((1, 2, 20))
            case 3 if at < len(octets):
                octets[at] = rng.randrange(256)
    return bytes(octets)


def cut(octets: bytes, rng: random.Random) -> list[bytes]:
    """The octets in some pieces."""
    if rng.random() < 0.2:
        return octet_by_octet(octets)
    at = sorted(
        {0, len(octets), *(rng.randrange(len(octets) + 1) for _ in range(rng.randrange(1, 6)))}
    )
    return [octets[at[n] : at[n + 1]] for n in range(len(at) - 1)]


def execute(octets: bytes, rng: random.Random) -> bool:
    """Read the octets as either side; whether they were refused."""
    limits = rng.choice((None, SMALL))
    read = responses if octets.startswith(b"HTTP/") or rng.random() < 0.1 else requests
    ends = rng.random() < 0.3
    whole = read([octets] if octets else [], limits, ends=ends)
    assert read(cut(octets, rng), limits, ends=ends) == whole, octets
    return bool(whole) and whole[-1][0] == "error"


def run(executions: int, seed: int, *, reports: bool = False) -> int:
    """So many executions; how many of them were refused."""
    rng = random.Random(seed)
    refused = 0
    begun = last = time.monotonic()
    for count in range(1, executions + 1):
        octets = damaged(rng)
        try:
            refused += execute(octets, rng)
        except BaseException:
            print(f"execution {count} of seed {seed}: {octets!r}", file=sys.stderr)
            raise
        if reports and time.monotonic() - last > 10:
            last = time.monotonic()
            print(f"{count:,} executions, {count / (last - begun):,.0f} a second", flush=True)
    if reports:
        rate = executions / (time.monotonic() - begun)
        print(f"{executions:,} executions, {rate:,.0f} a second; {refused:,} refused, none failed")
    return refused


def run_with_coverage(executions: int) -> None:
    """The same, with octets that atheris makes."""
    import atheris

    def one(data: bytes) -> None:
        execute(data[4:], random.Random(data[:4]))

    atheris.instrument_all()
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(SEEDS):
            (Path(folder) / str(number)).write_bytes(b"seed" + seed)
        atheris.Setup([sys.argv[0], f"-runs={executions}", "-max_len=2000", folder], one)
        atheris.Fuzz()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--executions", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--coverage", action="store_true", help="by atheris, where it is installed")
    options = parser.parse_args()
    if options.coverage:
        run_with_coverage(options.executions)
    else:
        run(options.executions, options.seed, reports=True)


if __name__ == "__main__":
    main()
