"""Which figures there are: the file beside the page, and the function that draws it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def opening(width: int, height: int, attributes: str = "") -> str:
    """The first tag of an SVG in the look of the course: text in the page's font and color.

    Args:
        width: of the drawing; on the page it is as wide as its column, and at most 42 rem.
        height: of the drawing, in the same unit.
        attributes: more of them, with a blank behind each.
    """
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'{attributes}style="max-width:42rem" fill="currentColor" font-family="inherit" '
        'font-size="14">'
    )


@dataclass(frozen=True)
class Figure:
    """One SVG file of the site.

    Attributes:
        chapter: the chapter's name, as its folder in `snippets`.
        file: the path under `docs`, such as `sockets/first-server.timeline.svg`.
        draw: gives the text of the file; it reads committed files only.
    """

    chapter: str
    file: str
    draw: Callable[[], str]

    @property
    def path(self) -> Path:
        return ROOT / "docs" / self.file

    def write(self) -> bool:
        """Draw the figure into its file; whether that changed it."""
        text = self.draw()
        if self.path.is_file() and self.path.read_text(encoding="utf-8") == text:
            return False
        self.path.write_text(text, encoding="utf-8", newline="\n")
        return True


def all_figures() -> list[Figure]:
    """Every figure, found as the `FIGURES` of the modules in `courseware.figures.chapters`."""
    from courseware.figures import chapters

    found: list[Figure] = []
    for info in sorted(pkgutil.iter_modules(chapters.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{chapters.__name__}.{info.name}")
        found += module.FIGURES
    return found
