"""Usual questions of one process, one after the other.

Python runs one thread at a time, and a thread that lets go of the interpreter for a microsecond (each statement to
SQLite, each signature) finds another at it when it comes back. Threads that answer at once pay for that handing over
with processor time, and keep throwing each other's data out of the core (docs/scale.md has what was measured). In turn,
each waits once. It is a courtesy and no guarantee: who has waited for `PATIENCE_SECONDS` goes on beside whoever is at
it.
"""

import threading
from typing import Final

PATIENCE_SECONDS: Final = 0.05


class InTurn:
    """One line of threads. `patience` None: nobody waits for anybody."""

    __slots__ = ("_lock", "_patience")

    def __init__(self, patience: float | None = PATIENCE_SECONDS) -> None:
        self._lock = threading.Lock()
        self._patience = patience

    def take(self) -> bool:
        """Waits for a turn. True: it has to be given back."""
        patience = self._patience
        if patience is None:
            return False
        return self._lock.acquire(False) or self._lock.acquire(timeout=patience)

    def give_back(self) -> None:
        """The next one's turn."""
        self._lock.release()
