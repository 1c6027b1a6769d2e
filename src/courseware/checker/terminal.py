"""Colors, where a terminal shows them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO


@dataclass(frozen=True)
class Paint:
    """Puts color round text; without `colors` the text stays as it is."""

    colors: bool = False

    def _in(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colors and text else text

    def good(self, text: str) -> str:
        return self._in("32", text)

    def bad(self, text: str) -> str:
        return self._in("1;31", text)

    def note(self, text: str) -> str:
        return self._in("33", text)

    def strong(self, text: str) -> str:
        return self._in("1", text)


def wants_color(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether to color: on a terminal, unless NO_COLOR is set (no-color.org) or TERM is dumb."""
    if environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return False
    if not stream.isatty():
        return False
    # Windows' own console shows colors once this odd call has switched them on.
    if os.name == "nt":
        os.system("")
    return True
