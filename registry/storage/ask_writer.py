"""Writes down what platforms asked, many questions at a time, in a thread beside those that answer.

To note a question costs its answer next to nothing; it waits here for at most `DELAY_SECONDS`. The thread lives as long
as something waits, and Python does not end before it has. A process that is killed takes with it what waited. What was
told about works is written down as it came, and added up elsewhere (`told_works`).
Where the store cannot be written to, questions wait, `MOST_WAITING` of them, and what they were told of `MOST_TOLD`
works; what comes then is only counted.
"""

import binascii
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping

import msgspec
from sqlalchemy import Engine

from registry.errors import Unavailable
from registry.instants import DAY_MS
from registry.storage.asks import Asked, Asks
from registry.storage.engine import writing
from registry.storage.platform_counts import Answered, PlatformCounts
from registry.storage.told_works import ToldWorks

DELAY_SECONDS = 0.5
MOST_WAITING = 100_000
MOST_TOLD = 500_000
AT_ONCE = 2_000
"""Questions a transaction, so that other writers never wait long."""
_PREFIX_CHARS = len("sha-256=:")
_log = logging.getLogger("registry.asks")

Met = Mapping[str, list[str]]
"""Decision → the works about which it was told, as often as it was."""


class NotedAsk(msgspec.Struct, frozen=True, gc=False):
    """An answered question as the one who answered it has it at hand: both digests as fields write them, RFC 9530;
    `told` gives what was said of which works, and is asked later; `decided` says how many items got which decision."""

    platform: str
    at: int
    question: str
    answer: str
    usage: str
    told: Callable[[], Met]
    decided: Mapping[str, int]


class AskWriter:
    """One instance a process. `enabled`: else nothing is noted."""

    def __init__(
        self, engine: Engine, *, enabled: bool = True, delay: float = DELAY_SECONDS
    ) -> None:
        self._engine = engine
        self._enabled = enabled
        self._delay = delay
        self._noted: deque[NotedAsk] = deque()
        self._waiting: list[Asked] = []
        self._told: dict[Answered, list[str]] = {}
        self._told_of = 0
        self._decided: dict[Answered, int] = {}
        self._one_at_it = threading.Lock()
        self._starting = threading.Lock()
        self._closed = threading.Event()
        self._is_looked_after = False
        self._is_in_trouble = False
        self.lost = 0
        """How many questions could not be kept."""
        self.uncounted = 0
        """About how many works it could not be kept what was told."""

    def note(self, ask: NotedAsk) -> None:
        """Takes note of a question that was answered."""
        if self._enabled:
            self._noted.append(ask)
            if not self._is_looked_after:
                self._look_after()

    @property
    def waiting(self) -> int:
        """How many questions are not written down yet."""
        return len(self._noted) + len(self._waiting)

    def catch_up(self) -> None:
        """Writes down all that waits, now. Raises: Unavailable; what was not written waits on."""
        with self._one_at_it:
            self._take()
            while self._waiting or self._told or self._decided:
                part = self._waiting[:AT_ONCE]
                with writing(self._engine) as connection:
                    if part:
                        Asks(connection).add(part)
                    if self._told:
                        ToldWorks(connection).add(self._told)
                    if self._decided:
                        PlatformCounts(connection).add(self._decided)
                self._told.clear()
                self._told_of = 0
                self._decided.clear()
                del self._waiting[: len(part)]

    def _is_ending(self) -> bool:
        return self._closed.is_set() or not threading.main_thread().is_alive()

    def close(self) -> None:
        """Writes down what waits, if the store can be written to."""
        self._closed.set()
        try:
            self.catch_up()
        except Unavailable as error:
            self._not_written(error)

    def _take(self) -> None:
        waiting, decisions = self._waiting, self._decided
        for _ in range(len(self._noted)):
            ask = self._noted.popleft()
            if len(waiting) >= MOST_WAITING:
                self.lost += 1
                continue
            platform, at, usage = ask.platform, ask.at, ask.usage
            waiting.append(Asked(platform, at, _digest(ask.question), _digest(ask.answer)))
            day = at - at % DAY_MS
            for decision, number in ask.decided.items():
                answered = Answered(platform, day, usage, decision)
                decisions[answered] = decisions.get(answered, 0) + number
            for decision, works in ask.told().items():
                self._tell(Answered(platform, day, usage, decision), works)

    def _tell(self, alike: Answered, works: list[str]) -> None:
        if self._told_of >= MOST_TOLD:
            self.uncounted += len(works)
            return
        self._told.setdefault(alike, []).extend(works)
        self._told_of += len(works)

    def _not_written(self, error: Exception) -> None:
        if isinstance(error, Unavailable) and not self._is_ending():
            if not self._is_in_trouble:
                _log.warning("questions wait to be written down: %s", error)
            self._is_in_trouble = True
            time.sleep(self._delay)
            return
        _log.error("questions were not written down", exc_info=error)
        with self._one_at_it:
            self.lost += self.waiting
            self.uncounted += self._told_of
            self._told_of = 0
            for each in (self._noted, self._waiting, self._told, self._decided):
                each.clear()

    def _look_after(self) -> None:
        with self._starting:
            if not self._is_looked_after:
                self._is_looked_after = True
                self._closed.clear()
                # no daemon: Python does not end before it has
                threading.Thread(target=self._until_nothing_waits, name="asks").start()

    def _until_nothing_waits(self) -> None:
        while True:
            self._closed.wait(self._delay)
            if self._noted or self._waiting or self._told or self._decided:
                try:
                    self.catch_up()
                    self._is_in_trouble = False
                except Exception as error:  # the next ones are to be written all the same
                    self._not_written(error)
                continue
            with self._starting:
                self._is_looked_after = False
                # whoever noted one before that line went on without starting a thread
                if not self.waiting:
                    return
                self._is_looked_after = True


def _digest(field: str) -> bytes:
    return binascii.a2b_base64(field[_PREFIX_CHARS:-1])
