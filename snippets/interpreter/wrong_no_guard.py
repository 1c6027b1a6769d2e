# Wrong on purpose: starts a process whenever this file is imported.
"""Starts a process by spawn, without `if __name__ == "__main__"`."""

import multiprocessing
import sys

print("this file runs as", __name__, flush=True)
process = multiprocessing.get_context("spawn").Process(target=print, args=["working"])
try:
    process.start()
except RuntimeError:
    # What the error says in twenty lines.
    sys.exit("this process is still importing the file: it may not start another one")
process.join()
print("the process ended with exit code", process.exitcode)
