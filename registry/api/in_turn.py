"""Small questions of one process, one after the other.

Python runs one thread at a time, and a thread that lets go of the interpreter for a microsecond (each statement to
SQLite, each signature) has to wait until the next one lets go of it. Threads that answer small questions at once so
spend more time on handing over than on answers (docs/scale.md). In turn, each waits once. It is a courtesy and no
guarantee: who has waited for `PATIENCE_SECONDS` goes on beside whoever is at it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 0.05
SMALL_BYTES = 4096
"""A body of more is no small question: it takes no turn, and holds nobody up."""


class InTurn:
    """One line of threads."""

    def __init__(self, patience: float = PATIENCE_SECONDS) -> None:
        self._lock = threading.Lock()
        self._patience = patience

    @contextmanager
    def taken(self, size: int) -> Iterator[None]:
        """Runs the block in turn, if the question's body has at most `SMALL_BYTES`."""
        held = size <= SMALL_BYTES and self._lock.acquire(timeout=self._patience)
        try:
            yield
        finally:
            if held:
                self._lock.release()
