"""The part of a check that runs beside the reader's code, where the answer is a Python module.

A driver is a module in this package. Its functions take the reader's module and what the stage
hands over, and return what JSON can carry; `Context.drive` calls them in a child process, so that
code which hangs or ends the process ends the stage alone.
"""

from __future__ import annotations


class Wrong(Exception):
    """The reader's code did not do what the stage asks for.

    Args:
        what: one sentence that says what was seen.
        expected: the octets that should have come, where octets are compared.
        received: the octets that came.
    """

    def __init__(
        self, what: str, *, expected: bytes | None = None, received: bytes | None = None
    ) -> None:
        super().__init__(what)
        self.what = what
        self.expected = expected
        self.received = received
