"""Runs a chapter's program in this process, for what its transcripts do not show."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

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


def load(patch: pytest.MonkeyPatch, program: str) -> dict[str, Any]:
    """What `snippets/<program>` defines, without running it as a command."""
    path = ROOT / "snippets" / program
    patch.syspath_prepend(str(path.parent))
    return runpy.run_path(str(path))
