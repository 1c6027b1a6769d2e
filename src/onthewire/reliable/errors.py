"""What ends a transfer before its end."""

from __future__ import annotations


class GaveUp(TimeoutError):
    """The other side did not answer, as often or as long as it was given.

    What had been sent may have arrived all the same: the last acknowledgement can always be lost.
    """


class Ended(ValueError):
    """Something was written after `end()`."""
