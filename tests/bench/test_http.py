# ruff: noqa: E501
"""Requests a second of the HTTP server beside others, all of them in turn in one run, by wrk.

Three loads: identical requests on 16 kept connections; requests that differ from one another in
path and two field values; a connection for each request. The median of several turns counts.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from contextlib import ExitStack
from statistics import median

import pytest

from tests.bench.http_peers import PEERS

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed"),
]

TURNS = 3
SECONDS = 1
DIFFERING = """
local n = 0
request = function()
  n = n + 1
  return wrk.format("GET", "/?item=" .. n, {["User-Agent"] = "bench/" .. n, ["X-Request-Id"] = tostring(n * 7919)})
end
"""
CLOSING = 'wrk.headers["Connection"] = "close"'


def started(stack: ExitStack, name: str) -> str:
    """Run a peer in a process of its own; its URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.http_peers", name],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    stack.enter_context(process)
    stack.callback(process.terminate)
    line = process.stdout.readline().split()
    assert line[:1] == ["LISTENING"], name
    return f"http://{line[1]}:{line[2]}/"


def rate(url: str, script: str | None) -> float:
    """Requests a second; every one of them has to be answered by 200."""
    arguments = ["wrk", "-t1", "-c16", f"-d{SECONDS}s", *(["-s", script] if script else []), url]
    out = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in out, out
    return float(re.search(r"Requests/sec:\s+([0-9.]+)", out)[1])


def test_requests_a_second(tmp_path):
    loads = {"identical": None, "differing": DIFFERING, "a connection each": CLOSING}
    scripts = {}
    for number, (load, text) in enumerate(loads.items()):
        scripts[load] = None
        if text is not None:
            (tmp_path / f"{number}.lua").write_text(text, encoding="utf-8")
            scripts[load] = str(tmp_path / f"{number}.lua")
    names = [
        name for name, (_, package) in PEERS.items()
        if package is None or importlib.util.find_spec(package)
    ]  # fmt: skip
    found = {(name, load): [] for name in names for load in loads}
    with ExitStack() as stack:
        urls = {name: started(stack, name) for name in names}
        for _ in range(TURNS):
            for load, script in scripts.items():
                for name, url in urls.items():
                    found[name, load].append(rate(url, script))
    rates = {key: median(each) for key, each in found.items()}
    print("\n" + " " * 20 + "".join(f"{load:>28}" for load in loads))
    for name in names:
        cells = "".join(
            f"{rates[name, load]:>18,.0f} {rates[name, load] / rates['constant loop', load]:>8.0%}"
            for load in loads
        )
        print(f"{name:20}{cells} ")
    ours = rates["onthewire, simple", "identical"]
    pure = [
        rates[name, "identical"] for name in names if name in ("waitress", "gunicorn", "aiohttp")
    ]
    assert ours > 3 * max(pure)
    # wrk itself is slower by the script, so what counts is the share of the constant loop.
    share = {
        load: rates["onthewire, simple", load] / rates["constant loop", load] for load in loads
    }
    assert share["differing"] > 0.6 * share["identical"]
    assert rates["onthewire, ASGI", "identical"] > rates["uvicorn", "identical"]
