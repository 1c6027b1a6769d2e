"""All designs of the library and two peers under the same load; see `serving_designs`."""

import sys

import pytest

from tests.bench import serving_designs

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc"),
]


def test_all_designs():
    found = serving_designs.measure_all()
    threads, streams = found["ThreadingTCPServer"], found["asyncio.start_server"]
    for count in ("100", "1000", "5000"):
        for design, peer, name in (
            ("a thread each", threads, "ThreadingTCPServer"),
            ("selectors", streams, "asyncio.start_server"),
            ("asyncio", streams, "asyncio.start_server"),
            ("2 processes", streams, "asyncio.start_server"),
        ):
            ratio = found[design][count]["rate"] / peer[count]["rate"]
            print(f"{count:>5} clients: {design} at {ratio:.2f} times the rate of {name}")
    # Who gives up or answers wrongly raises; whom the queue of the system does not hold is told.
    assert found["one at a time"]["5000"] is None
    assert all(found[design]["1"] for design in found)
