"""Waiting for the log to grow, without asking the database: one thread a process looks whether the head file changed.

Every write releases its head into that file before it is acknowledged (`head_file`). The thread lives while somebody
waits, and looks ten times a second (one stat). A write by another machine, with a head file of its own, is not seen.
"""

import os
import threading
import time
from pathlib import Path
from typing import Final

LOOK_SECONDS: Final = 0.1

Mark = tuple[int, int] | None
"""Which file it is and how far it has grown; None where there is none."""


class HeadWatch:
    """Watches one head file for all threads of a process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changed = threading.Condition()
        self._waiting = 0
        self._seen: Mark = None
        self._let_go = False

    def mark(self) -> Mark:
        """Where the file stands. Take it before looking into the store, and no write is missed."""
        try:
            found = os.stat(self._path)  # noqa: PTH116 - as head_file does
        except OSError:
            return None
        return found.st_ino, found.st_size

    def wait(self, mark: Mark, seconds: float) -> bool:
        """Waits until the file is not where the mark says. False: it is still there, and the time is over or
        everybody was let go."""
        until = time.monotonic() + seconds
        with self._changed:
            self._waiting += 1
            if self._waiting == 1:
                self._seen = self.mark()
                threading.Thread(target=self._look, name="head-watch", daemon=True).start()
            try:
                while self._seen == mark and not self._let_go:
                    left = until - time.monotonic()
                    if left <= 0:
                        break
                    self._changed.wait(left)
                return self._seen != mark
            finally:
                self._waiting -= 1

    def let_go(self) -> None:
        """Nobody waits any more, now or later: the process is to end."""
        self._let_go = True  # no lock: it is called by a signal, and the thread tells the others

    def _look(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            found = self.mark()
            with self._changed:
                if found != self._seen or self._let_go:
                    self._seen = found
                    self._changed.notify_all()
                if not self._waiting:
                    return
