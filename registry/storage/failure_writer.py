"""Writes down signatures that were refused (`failed_signatures`), in a thread beside those that answer.

Bounded against floods: of each platform so many a minute are taken note of, and so many wait at all; what comes then is
counted and forgotten. A process that is killed takes with it what waited; it is for looking at, not for proof.
"""

import logging
import threading
import time
from collections import Counter
from typing import Final

from sqlalchemy import Engine

from registry.errors import Unavailable
from registry.storage.engine import writing
from registry.storage.failed_signatures import FailedSignature, FailedSignatures

A_MINUTE: Final = 20
"""Of one platform, in one process."""
MOST_WAITING: Final = 500
DELAY_SECONDS: Final = 0.3
_MINUTE_MS: Final = 60_000
_log = logging.getLogger("registry.failed_signatures")


class FailureWriter:
    """One instance a process, used by all threads."""

    def __init__(self, engine: Engine, *, delay: float = DELAY_SECONDS) -> None:
        self._engine = engine
        self._delay = delay
        self._lock = threading.Lock()
        self._one_at_it = threading.Lock()
        self._waiting: list[FailedSignature] = []
        self._minute = -1
        self._noted: Counter[str] = Counter()
        self._is_looked_after = False
        self.passed_over = 0
        """How many were not taken note of."""

    def note(self, failed: FailedSignature) -> None:
        """Takes note of a refusal, unless there were too many already."""
        minute = failed.at // _MINUTE_MS
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._noted.clear()
            crowded = self._noted[failed.platform] >= A_MINUTE
            if crowded or len(self._waiting) >= MOST_WAITING:
                self.passed_over += 1
                return
            self._noted[failed.platform] += 1
            self._waiting.append(failed)
            begin, self._is_looked_after = not self._is_looked_after, True
        if begin:
            threading.Thread(target=self._write_soon, name="failed-signatures").start()

    def catch_up(self) -> None:
        """Writes down all that waits, now. Raises: Unavailable; what was not written is forgotten."""
        with self._one_at_it:
            with self._lock:
                waiting, self._waiting = self._waiting, []
            if waiting:
                with writing(self._engine) as connection:
                    FailedSignatures(connection).add(waiting)

    def close(self) -> None:
        """Writes down what waits, if the store can be written to."""
        try:
            self.catch_up()
        except Unavailable as error:
            _log.warning("refused signatures were not written down: %s", error)

    def _write_soon(self) -> None:
        while True:
            time.sleep(self._delay)
            try:
                self.catch_up()
            except Unavailable as error:
                _log.warning("refused signatures were not written down: %s", error)
            except Exception as error:  # the next ones are to be written all the same
                _log.error("refused signatures were not written down", exc_info=error)
            with self._lock:
                if not self._waiting:
                    self._is_looked_after = False
                    return
