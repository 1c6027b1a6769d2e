"""How far a reader has come: a plain file in the folder that the reader works in."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = ".onthewire-progress"


class ProgressError(Exception):
    """The file is there and cannot be read or written; the message names it."""


@dataclass
class Done:
    """What is known of one exercise.

    Attributes:
        stages: how many were passed in the last check, counted from the first.
        passed: whether all of them were, in any check.
        hints: the number of hints shown, by the number of the stage.
        prediction: what the reader predicted, where the exercise asks for it.
    """

    stages: int = 0
    passed: bool = False
    hints: dict[str, int] = field(default_factory=dict)
    prediction: int | None = None


class Progress:
    """The file's content; `save` writes it back.

    Args:
        folder: where the file is, or will be once there is something to keep.

    Raises:
        ProgressError: the file cannot be read; it is left as it is.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._done: dict[str, Done] = {}
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return
        except (OSError, UnicodeDecodeError) as error:
            raise ProgressError(f"{self.path} cannot be read: {error}.") from None
        try:
            kept = json.loads(text)
            self._done = {name: _checked(Done(**values)) for name, values in kept.items()}
        except (ValueError, TypeError, AttributeError):
            raise ProgressError(
                f"{self.path} is not what this program has written. Mend it, or delete it to "
                "begin anew."
            ) from None

    def of(self, name: str) -> Done:
        """What is known of an exercise; changes to it are kept by `save`."""
        return self._done.setdefault(name, Done())

    def save(self) -> None:
        """Write the file, in one step, so that nobody ever finds half of it."""
        kept = {name: asdict(done) for name, done in sorted(self._done.items()) if done != Done()}
        temporary = self.path.with_name(f"{FILE}.{os.getpid()}")
        try:
            temporary.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
            temporary.replace(self.path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise ProgressError(f"{self.path} cannot be written: {error}.") from None


def _checked(done: Done) -> Done:
    numbers = [done.stages, *done.hints.values()]
    if done.prediction is not None:
        numbers.append(done.prediction)
    if not all(isinstance(number, int) for number in numbers):
        raise ValueError("not a number")
    return done
