"""Many clients at once, each with one message after the other; prints rate and waits."""

import argparse
import asyncio
import json
import statistics
import time
from pathlib import Path

MESSAGE = b"x" * 63 + b"\n"


async def client(port, rounds, waits):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(rounds):
        began = time.perf_counter()
        async with asyncio.timeout(10):
            writer.write(MESSAGE)
            await writer.drain()
            await reader.readexactly(len(MESSAGE))
        waits.append(time.perf_counter() - began)
    writer.close()
    await writer.wait_closed()


async def load(port, clients, rounds):
    """The waits of all round trips in milliseconds, and how many there were a second."""
    waits = []
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(client(port, rounds, waits))
    rate = len(waits) / (time.perf_counter() - began)
    return [wait * 1000 for wait in waits], rate


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clients", type=int, nargs="+", help="how many at once, each in its turn")
    parser.add_argument("--messages", type=int, default=10_000, help="in all")
    parser.add_argument("--port", type=int, default=15000)
    parser.add_argument("--write", metavar="FILE", help="keep the result as JSON")
    options = parser.parse_args()
    kept = {}
    for count in options.clients:
        waits, rate = asyncio.run(load(options.port, count, max(1, options.messages // count)))
        percentiles = statistics.quantiles(waits, n=100)
        kept[count] = {"rate": rate, "p50": percentiles[49], "p99": percentiles[98]}
        told = f"median {percentiles[49]:.1f} ms, p99 {percentiles[98]:.1f} ms"
        print(f"{count} clients: {rate:,.0f} round trips a second, {told}", flush=True)
    if options.write:
        Path(options.write).write_text(json.dumps(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
