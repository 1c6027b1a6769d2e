"""Runs a chapter's program in this process, for what its transcripts do not show."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(patch: pytest.MonkeyPatch, program: str, *arguments: str) -> None:
    """Run `snippets/<program>` as a command with these arguments, until it ends.

    What the program raises comes through; for `sys.exit` that is SystemExit.
    """
    path = ROOT / "snippets" / program
    patch.setattr(sys, "argv", [str(path), *arguments])
    patch.syspath_prepend(str(path.parent))
    runpy.run_path(str(path), run_name="__main__")
