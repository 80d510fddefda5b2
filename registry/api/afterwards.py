"""What is done about requests after their replies: counted and written down, many at a time.

To count a request and to write its line as it ends costs as much as a fifth of its answer (docs/scale.md). So what
was seen of it waits here for at most `DELAY_SECONDS`, and a thread that lives as long as there is something to do takes
all that waits at once. Nobody's line is lost in an orderly end, because Python waits for that thread; a process that
is killed takes the last tenth of a second with it. A fault is written down at once.
"""

import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Protocol

from registry.api.counts import Counts, RequestSeen
from registry.logs import INFO, Log

DELAY_SECONDS = 0.1
MOST_WAITING = 10_000
"""With more than this whoever comes next writes them down: where lines cannot be written, requests wait for it."""


class Past(RequestSeen, Protocol):
    """A request that is over, and what there is to say of it."""

    id: str
    at: int
    """When it ended (ms)."""
    problem: tuple[str, bool, bool, bool] | None
    """Code; is it of a signature, of a driver, of back pressure?"""
    fault: BaseException | None

    def members(self) -> dict[str, Any]:
        """What its line says."""
        ...


class Afterwards:
    """Requests that are over and wait to be counted and written down. One instance an application."""

    def __init__(self, counts: Counts, log: Log, delay: float = DELAY_SECONDS) -> None:
        self._counts = counts
        self._log = log
        self._delay = delay
        self._waiting: deque[Past] = deque()
        self._one_at_it = threading.Lock()
        self._starting = threading.Lock()
        self._is_looked_after = False

    def add(self, past: Past) -> None:
        """Takes note of a request that is over."""
        self._waiting.append(past)
        if past.fault is not None or len(self._waiting) > MOST_WAITING:
            self.catch_up()
        elif not self._is_looked_after:
            self._look_after()

    def catch_up(self) -> None:
        """Counts and writes down all that waits, now. No request fails because that fails."""
        with self._one_at_it:
            past = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if not past:
                return
            # where not even a line can be written, there is nobody to tell
            with suppress(Exception):
                try:
                    self._count(past)
                except Exception as error:
                    self._log.error("requests were not counted", error=error)
                self._write(past)

    def _count(self, past: Sequence[Past]) -> None:
        self._counts.requests(past)
        for each in past:
            if each.problem is not None:
                code, signature, store, shed = each.problem
                self._counts.problem(code, signature=signature, store=store, shed=shed)

    def _write(self, past: Iterable[Past]) -> None:
        lines: list[tuple[int, dict[str, Any]]] = []
        informs = self._log.is_enabled_for(INFO)
        for each in past:
            if each.fault is not None:
                self._log.infos("request", lines)  # in the order in which they ended
                lines = []
                self._log.error("fault", request=each.id, endpoint=each.endpoint, error=each.fault)
            if informs:
                lines.append((each.at, each.members()))
        self._log.infos("request", lines)

    def _look_after(self) -> None:
        with self._starting:
            if not self._is_looked_after:
                self._is_looked_after = True
                # no daemon: Python does not end before it has
                threading.Thread(target=self._until_nothing_waits, name="afterwards").start()

    def _until_nothing_waits(self) -> None:
        while True:
            time.sleep(self._delay)
            if self._waiting:
                self.catch_up()
                continue
            with self._starting:
                self._is_looked_after = False
                # whoever added one before that line went on without starting a thread
                if not self._waiting:
                    return
                self._is_looked_after = True
