"""Where the texts of the exercises lie: in the repository, or packed into `onthewire.pyz`."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

PACKED = "_exercises"
"""The folder inside the package, in `onthewire.pyz`, that holds one folder an exercise."""

SNIPPETS = Path(__file__).resolve().parents[2] / "snippets"


def text(slug: str, name: str) -> str:
    """A text that belongs to a chapter's exercise: `stub.py`, `solution.py` or `hints.txt`.

    Raises:
        FileNotFoundError: it is in neither place.
    """
    places: list[Traversable] = [files("courseware") / PACKED / slug, SNIPPETS / slug / "exercise"]
    for folder in places:
        if (folder / name).is_file():
            return (folder / name).read_text(encoding="utf-8")
    raise FileNotFoundError(f"{name} of {slug} is neither in this package nor in {SNIPPETS}")
