"""Keys and values of all clients, with one limit for their octets."""

from __future__ import annotations

import threading

from onthewire.kv.grammar import STORE_LIMIT


class Store:
    """Keys and values; its methods may be called from several threads.

    Args:
        limit: octets of all keys and values together.
    """

    def __init__(self, limit: int = STORE_LIMIT) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._values: dict[bytes, bytes] = {}
        self._used = 0

    @property
    def used(self) -> int:
        """Octets of all keys and values."""
        return self._used

    def get(self, key: bytes) -> bytes | None:
        """The value of a key, or None."""
        with self._lock:
            return self._values.get(key)

    def put(self, key: bytes, value: bytes) -> bool:
        """Keep a value; False, and nothing is changed, where there is no room for it."""
        with self._lock:
            before = self._values.get(key)
            grown = len(value) - len(before) if before is not None else len(key) + len(value)
            if self._used + grown > self.limit:
                return False
            self._values[key] = value
            self._used += grown
            return True

    def delete(self, key: bytes) -> bool:
        """Forget a key; whether it was there."""
        with self._lock:
            value = self._values.pop(key, None)
            if value is None:
                return False
            self._used -= len(key) + len(value)
            return True
