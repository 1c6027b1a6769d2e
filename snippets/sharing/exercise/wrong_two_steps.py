# Wrong on purpose: waits under the lock, and takes the lock again to put or get.
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
            self.wait_until(lambda: self.closed or len(self.items) < self.size, timeout)
            if self.closed:
                raise Closed
        with self.changed:
            self.items.append(item)
            self.changed.notify_all()

    def get(self, timeout=None):
        """Remove and return the oldest item; wait for one, at most `timeout` seconds."""
        with self.changed:
            self.wait_until(lambda: self.closed or self.items, timeout)
            if not self.items:
                raise Closed
            item = self.items.popleft()
            self.changed.notify_all()
            return item

    def close(self):
        """Refuse every put from now on. What is inside can still be got."""
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    def wait_until(self, ready, timeout):
        if not self.changed.wait_for(ready, timeout):
            raise TimeoutError
