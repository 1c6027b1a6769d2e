# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Experiment: how one 10 MB send arrives
#
# One program calls `sendall` once with 10,000,000 octets. The program on the other side asks for
# up to 1,048,576 octets at a time and notes what each `recv` returns. Ten full answers would do.
# This page plots five recorded runs of chapter 14's program `receive_sizes.py`, and then measures
# again.
#
# ## The record
#
# `python receive_sizes.py --runs 5 --write receive_sizes.json` wrote it, over the loopback
# interface of one machine.

# %%
import json
import sys
from pathlib import Path

ROOT = next(folder for folder in Path("here").resolve().parents if (folder / "snippets").is_dir())
PROGRAMS = ROOT / "snippets" / "stream"
record = json.loads((PROGRAMS / "receive_sizes.json").read_text(encoding="utf-8"))
runs = record["runs"]
print(f"{record['system']}, Python {record['python']}")
for number, sizes in enumerate(runs, 1):
    print(
        f"run {number}: {len(sizes)} receives, sum {sum(sizes):,}, "
        f"smallest {min(sizes):,}, largest {max(sizes):,}"
    )

# %% [markdown]
# The sum is the same each time, and nothing else is. The sender's code did not change between
# two runs, nor did the receiver's; what differs is when the system let each of them run.
#
# ## How the octets come in
#
# Each line is one run. A step up is one `recv`, as high as what it returned. The dashed line is
# what a receiver would see if each `recv` returned all that it asked for.

# %%
import io
import logging
import re

logging.getLogger("matplotlib").setLevel(logging.ERROR)

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.hashsalt": "receive_sizes", "svg.fonttype": "none"})

from IPython.display import HTML
from matplotlib import pyplot
from matplotlib.figure import Figure

# Stand-ins: the page's own colors take their place, in the light palette and in the dark one.
TEXT, ACCENT, SOFT = "#010203", "#010204", "#010205"
PALETTE = {TEXT: "currentColor", ACCENT: "var(--accent)", SOFT: "var(--soft)"}


def totals(sizes):
    so_far = [0]
    for size in sizes:
        so_far.append(so_far[-1] + size)
    return [octets / 1e6 for octets in so_far]


def plot():
    figure, axes = pyplot.subplots(figsize=(7.2, 3.8))
    for number, sizes in enumerate(runs, 1):
        color, width = (ACCENT, 2) if number == 1 else (SOFT, 1)
        axes.step(range(len(sizes) + 1), totals(sizes), where="post", color=color, linewidth=width)
        axes.annotate(
            f"{number}",
            (len(sizes), 10),
            (0, 5),
            textcoords="offset points",
            color=color,
            ha="center",
        )
    full = [record["asked"]] * (record["sent"] // record["asked"])
    rest = [record["sent"] - sum(full)]
    axes.step(
        range(len(full) + 2), totals(full + rest), where="post", color=TEXT, linestyle="dashed"
    )
    axes.set_xlim(0)
    axes.set_ylim(0, 11)
    axes.set_xlabel("receives so far", color=TEXT)
    axes.set_ylabel("million octets so far", color=TEXT)
    axes.tick_params(colors=TEXT)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(TEXT)
    return figure


def as_svg(figure: Figure, name: str, text: str) -> str:
    file = io.StringIO()
    plain = {"Date": None, "Creator": None}
    figure.savefig(file, format="svg", transparent=True, bbox_inches="tight", metadata=plain)
    pyplot.close(figure)
    svg = re.sub(r"<metadata>.*?</metadata>", "", file.getvalue(), flags=re.DOTALL)
    svg = svg[svg.index("<svg") :]
    for color, own in PALETTE.items():
        svg = svg.replace(color, own)
    # The drawing has its size from the page.
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg)
    label = f'<svg role="img" aria-labelledby="{name}-title {name}-desc"'
    named = f'<title id="{name}-title">{name}</title><desc id="{name}-desc">{text}</desc>'
    return re.sub(r"<svg([^>]*)>", lambda found: f"{label}{found[1]}>{named}", svg, count=1)


caption = (
    "Octets received after each receive, in the five recorded runs. "
    + " ".join(f"Run {number} needs {len(sizes)} receives." for number, sizes in enumerate(runs, 1))
    + f" The dashed line needs {-(-record['sent'] // record['asked'])}."
)
drawing = as_svg(plot(), "receive-sizes", caption)
HTML(f"<figure>{drawing}<figcaption>{caption}</figcaption></figure>")

# %% [markdown]
# ## Where the sizes come from
#
# On the loopback interface of Linux an IP packet may be as large as IPv4 permits: 65,535 octets
# (RFC 791 section 3.1). Less 20 octets of IPv4 header, 20 of TCP header and 12 of TCP options,
# 65,483 octets of data are left in a segment. Count how many receives returned a multiple of it:

# %%
SEGMENT = 65_535 - 20 - 20 - 12
for number, sizes in enumerate(runs, 1):
    multiples = sum(size % SEGMENT == 0 for size in sizes)
    print(f"run {number}: {multiples} of {len(sizes)} are multiples of {SEGMENT:,}")

# %% [markdown]
# So the sizes tell about packets and about timing, and nothing about the call that sent the data.
# Between two machines other sizes come: an Ethernet frame has room for far less.
#
# ## The same, now
#
# The numbers of a new run would differ on each machine and at each build, so this cell prints none.
# It fails, and with it the build of this page, unless the two things hold that a program may build
# on: every octet arrives, in more than one receive.

# %%
sys.path.insert(0, str(PROGRAMS))
import receive_sizes

sizes = receive_sizes.measure()
assert sum(sizes) == 10_000_000
assert len(sizes) > 1
assert max(sizes) <= receive_sizes.ASKED
print("10,000,000 octets, in more than one receive")
