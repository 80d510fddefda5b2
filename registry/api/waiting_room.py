"""How many callers may wait for news at once in this process, and one platform among them.

Whoever waits holds a thread of the server (docs/adr/0014-changes.md): so the server has a thread more for each that may
wait, no more than these ever wait, and everybody else is answered at once.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class WaitingRoom:
    """So many places, and half of them (one at least) for any one platform."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._of_one = max(1, places // 2)
        self._lock = threading.Lock()
        self._inside: Counter[str] = Counter()

    @contextmanager
    def place(self, platform: str) -> Iterator[bool]:
        """A place while the block runs, if there is one: True. Never waits for one."""
        with self._lock:
            taken = self._inside.total() < self._places and self._inside[platform] < self._of_one
            if taken:
                self._inside[platform] += 1
        try:
            yield taken
        finally:
            if taken:
                with self._lock:
                    self._inside[platform] -= 1
                    if not self._inside[platform]:
                        del self._inside[platform]
