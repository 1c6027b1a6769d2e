"""A line server in a process of its own, which reports what it took: see `test_line_servers.py`.

Usage: line_server_under_load.py SelectorServer|AsyncioServer DESCRIPTORS. It prints LISTENING,
serves until its standard input ends, and prints one line of JSON.
"""

import gc
import json
import resource
import socket
import sys
import threading
from pathlib import Path

from onthewire import serving

CLIENTS = 1_200


def descriptors():
    return len(list(Path("/dev/fd").iterdir()))


def peak_memory():
    """The most octets that were in memory for this process so far.

    Not `ru_maxrss` on Linux: that one begins with what the parent had when it started us.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1_024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1_024


def main():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[2]), hard))
    limits = serving.Limits(clients=CLIENTS, idle_time=120.0, line_time=120.0, drain_time=1.0)
    report = {"conversations": 0}

    def begin():
        report["conversations"] += 1
        return serving.LineService(str.upper, limits)

    gc.collect()
    report["descriptors_before"] = descriptors()
    with getattr(serving, sys.argv[1])(begin, limits=limits) as server:
        # Connections inherit these. With little room in the system, what a client does not read
        # soon has to be held by the server itself, or not be made at all.
        for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            server._listener.setsockopt(socket.SOL_SOCKET, buffer, 16_384)
        stopper = threading.Thread(target=lambda: (sys.stdin.read(), server.stop()))
        stopper.start()
        report["memory_before"] = peak_memory()
        print("LISTENING", *server.address, flush=True)
        server.serve()
    stopper.join()
    report["memory_peak"] = peak_memory()
    gc.collect()
    report["descriptors_after"] = descriptors()
    report["threads_after"] = threading.active_count()
    print(json.dumps(report), flush=True)


main()
