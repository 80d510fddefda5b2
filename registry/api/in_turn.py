"""Small questions of one process, one after the other.

Python runs one thread at a time, and a thread that lets go of the interpreter for a microsecond (each statement to
SQLite, each signature) has to wait until the next one lets go of it. Threads that answer small questions at once pay
for that handing over with processor time (docs/scale.md has what was measured). In turn, each waits once. It is a
courtesy and no guarantee: who has waited for `PATIENCE_SECONDS` goes on beside whoever is at it.
"""

import threading
from types import TracebackType
from typing import Any

import msgspec

PATIENCE_SECONDS = 0.05
SMALL_BYTES = 4096
"""A body of more is no small question: it takes no turn, and holds nobody up."""


class InTurn:
    """One line of threads. `patience` None: nobody waits for anybody."""

    def __init__(self, patience: float | None = PATIENCE_SECONDS) -> None:
        self._lock = threading.Lock()
        self._patience = patience

    def taken(self, size: int | None) -> "Turn":
        """Runs a block (`with`) in turn, if the question's body has at most `SMALL_BYTES` (None: nobody knows yet)."""
        small = size is not None and size <= SMALL_BYTES
        return Turn(self._lock, self._patience if small else None)


class Turn(msgspec.Struct):
    """One thread's place in the line. (A structure, because contextlib's generators cost ten times as much.)"""

    lock: Any
    patience: float | None
    held: bool = False

    def __enter__(self) -> None:
        patience = self.patience
        self.held = patience is not None and self.lock.acquire(timeout=patience)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.held:
            self.lock.release()
