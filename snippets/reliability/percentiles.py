"""How long 200 small transfers take, and how many fail, on the path of simulate.py."""

import statistics

from schemes import GaveUp
from simulate import transfer

CONTENT = bytes(10_000)
TRANSFERS = 200

for loss in (0, 0.01, 0.1, 0.3):
    times, failed = [], 0
    for seed in range(TRANSFERS):
        try:
            times.append(transfer("selective-repeat", loss, seed, CONTENT, tries=2))
        except GaveUp:
            failed += 1
    percentiles = statistics.quantiles(times, n=100)
    shown = ", ".join(f"p{which} {percentiles[which - 1]:.2f} s" for which in (50, 90, 99))
    print(f"loss {loss:4.0%}: {shown}; {failed} of {TRANSFERS} failed")
