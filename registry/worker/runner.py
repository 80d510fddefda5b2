"""Running one job: take it, keep its lease while it runs, write down how it ended.

1. take: the job is lent to this run (`registry.storage.jobs`), for a minute;
2. run: a thread beside it lengthens the lease, so that a killed process loses the job within a minute, and a living
   one never;
3. settle: done; or put off, for longer each time; or failed, after as many tries as its kind has.
"""

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from registry.bootstrap import Registry
from registry.errors import RegistryError, Unavailable
from registry.instants import HOUR_MS, SECOND_MS
from registry.logs import Log
from registry.storage.jobs import Job, JobState
from registry.worker.kinds import KINDS, Kind

LEASE_MS: Final = 60 * SECOND_MS
"""How long after its last sign of life a runner is taken for dead."""
FIRST_WAIT_MS: Final = 10 * SECOND_MS
LONGEST_WAIT_MS: Final = HOUR_MS


class Ending(StrEnum):
    """How a run ended."""

    DONE = "done"
    PUT_OFF = "put off"
    FAILED = "failed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs jobs of one registry. `lease` in ms; `chance` gives numbers from 0 to 1."""

    registry: Registry
    log: Log
    kinds: Mapping[str, Kind] = field(default_factory=lambda: KINDS)
    lease: int = LEASE_MS
    chance: Callable[[], float] = random.random

    def begin_standing(self) -> None:
        """Asks for every standing job that nobody asked for yet. Raises: Unavailable."""
        now = self.registry.clock()
        with self.registry.bookkeeping() as uow:
            for name, kind in self.kinds.items():
                there = uow.jobs.of(name, "")
                if kind.every is not None and (there is None or there.state is JobState.DONE):
                    uow.jobs.add(name, "", now)

    def due(self, limit: int) -> list[str]:
        """The ids of jobs that can be run now, of kinds that this version knows. Raises: Unavailable."""
        with self.registry.reading() as uow:
            return uow.jobs.due(self.registry.clock(), self.kinds, limit)

    def run(self, id: str) -> Ending | None:
        """Runs a job. None: it was not to be run now (any more), or somebody else runs it.

        Raises: Unavailable where the store is away; the job is taken again when its lease is over.
        """
        with self.registry.bookkeeping() as uow:
            now = self.registry.clock()
            job = uow.jobs.take(id, now, now + self.lease)
        if job is None:
            return None
        kind = self.kinds[job.kind]
        if job.attempts > kind.tries:
            return self._fail(job, kind, "whoever ran it died each time before it ended")
        try:
            with self._lease_kept(job):
                kind.run(self.registry, job)
        except Exception as error:
            say = self.log.info if isinstance(error, kind.foreign) else self.log.error
            say("job went wrong", kind=job.kind, job=job.id, attempt=job.attempts, error=error)
            if job.attempts >= kind.tries:
                return self._fail(job, kind, _words(error))
            return self._put_off(job, _words(error))
        return self._done(job, kind)

    def _done(self, job: Job, kind: Kind) -> Ending:
        with self.registry.bookkeeping() as uow:
            now = self.registry.clock()
            if kind.every is not None:
                uow.jobs.add(job.kind, job.key, now + kind.every)
            held = uow.jobs.done(job, now)
        return self._ended(job, Ending.DONE, held)

    def _put_off(self, job: Job, error: str) -> Ending:
        with self.registry.bookkeeping() as uow:
            due = self.registry.clock() + wait_after(job.attempts, self.chance())
            held = uow.jobs.put_off(job, due, error)
        return self._ended(job, Ending.PUT_OFF, held)

    def _fail(self, job: Job, kind: Kind, error: str) -> Ending:
        with self.registry.bookkeeping() as uow:
            now = self.registry.clock()
            if kind.every is not None:
                uow.jobs.add(job.kind, job.key, now + kind.every)
            held = uow.jobs.fail(job, now, error)
        self.log.error("job failed", kind=job.kind, job=job.id, attempts=job.attempts)
        return self._ended(job, Ending.FAILED, held)

    def _ended(self, job: Job, ending: Ending, held: bool) -> Ending:
        if held:
            return ending
        self.log.warning("job was lent to another before it ended", kind=job.kind, job=job.id)
        return Ending.LOST

    @contextmanager
    def _lease_kept(self, job: Job) -> Iterator[None]:
        """Lengthens the lease, four times in its length, for as long as the block runs."""
        ended = threading.Event()

        def keep() -> None:
            while not ended.wait(self.lease / SECOND_MS / 4):
                try:
                    with self.registry.bookkeeping() as uow:
                        uow.jobs.renew(job, self.registry.clock() + self.lease)
                except Unavailable:
                    self.log.warning("a lease could not be kept", kind=job.kind, job=job.id)

        beside = threading.Thread(target=keep, name=f"lease-{job.id}", daemon=True)
        beside.start()
        try:
            yield
        finally:
            ended.set()
            beside.join()


def wait_after(attempts: int, chance: float) -> int:
    """How long (ms) a job waits after its nth attempt went wrong: twice as long each time, an hour at most, and
    between half and one and a half of that, so that what failed together does not come back together."""
    middle = min(FIRST_WAIT_MS * 2 ** min(attempts - 1, 20), LONGEST_WAIT_MS)
    return int(middle * (0.5 + chance))


def _words(error: Exception) -> str:
    """What is kept of an error: our own words; of others only the kind, since theirs may quote anything."""
    if isinstance(error, RegistryError):
        return f"{error.code}: {error.message}"
    return f"{type(error).__name__} (where: see the log of the worker)"
