"""Chance that can be repeated: everything random in a check comes from one printed seed."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

_TRIES = 1_000


def new_seed() -> int:
    """A seed of up to six digits: short enough to type again."""
    return secrets.randbelow(1_000_000)


class Chance(random.Random):
    """Random values from a seed; equal seeds give equal values on every system and version."""

    def distinct(self, make: Callable[[], Value], count: int = 2) -> list[Value]:
        """Values that all differ, so that a program with a constant in it cannot pass.

        Raises:
            ValueError: `make` does not give that many different values.
        """
        values: list[Value] = []
        for _ in range(_TRIES):
            value = make()
            if value not in values:
                values.append(value)
            if len(values) == count:
                return values
        raise ValueError(f"only {len(values)} different values in {_TRIES} tries; wanted {count}")

    def ascii_text(self, length: int) -> str:
        """Lower-case letters and blanks; the first and the last are letters."""
        letters = "abcdefghijklmnopqrstuvwxyz"
        inner = self.choices(letters + "    ", k=length)
        inner[:1] = self.choice(letters)
        inner[-1:] = self.choice(letters)
        return "".join(inner)
