"""Sends notices to webhooks, in threads of its own: a receiver that is slow or dead holds up nobody else.

Every second it is looked up which webhooks have something to be sent (one query), and their jobs are run: one at a time
for each webhook, and those whose last try failed only in half of the threads. All share one process that posts.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Final

from registry.bootstrap import Registry
from registry.errors import RegistryError
from registry.fetching.limits import POSTS_AT_ONCE
from registry.fetching.post_process import Poster, PostProcess
from registry.services.deliver_webhook import TRIES, NotTaken, announce, deliver
from registry.services.register_webhook import DELIVER
from registry.storage.jobs import Job
from registry.worker.kinds import Kind
from registry.worker.runner import Runner

THREADS: Final = POSTS_AT_ONCE
TROUBLED: Final = THREADS // 2
"""How many threads may be at work for webhooks whose last try failed."""
LOOK_SECONDS: Final = 1.0
_TRIES: Final = 2 * TRIES
"""What a job may go wrong for other reasons; a notice has its own count."""

Posting = Callable[[str], AbstractContextManager[Poster]]
"""Public URL of the registry → who posts."""


@contextmanager
def sending(runner: Runner, posting: Posting = PostProcess) -> Iterator["Senders"]:
    """Sends until the end of the block; a post that is on its way then ends first."""
    with posting(runner.registry.place.public_url) as poster:
        senders = Senders(runner, poster)
        looking = threading.Thread(target=senders.look_on, name="senders")
        looking.start()
        try:
            yield senders
        finally:
            senders.ended.set()
            looking.join()
            senders.close()


class Senders:
    """The threads, and what they are at. `runner` is the worker's: its registry, log, lease and chance."""

    def __init__(self, runner: Runner, poster: Poster) -> None:
        def send(registry: Registry, job: Job, /) -> None:
            deliver(registry, job.key, poster)

        self.ended = threading.Event()
        self._runner = replace(runner, kinds={DELIVER: Kind(send, tries=_TRIES, foreign=NotTaken)})
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="sender")
        self._lock = threading.Lock()
        self._at: dict[str, bool] = {}
        """Job under way → did its last try fail?"""
        self._away = False

    def look_on(self) -> None:
        """Looks every second, until ended."""
        while not self.ended.wait(LOOK_SECONDS):
            self.look()

    def look(self) -> int:
        """Has everything run that is due and for which there is a thread. Returns how many. Never fails: where the
        store is away, nothing is due."""
        try:
            announce(self._runner.registry)
            begun = [job for job in self._due() if self._begin(job)]
        except Exception as error:
            if not self._away:
                self._runner.log.error("no notice can be sent", error=error)
            self._away = True
            return 0
        self._away = False
        return len(begun)

    def close(self) -> None:
        """Waits for what is on its way."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _due(self) -> list[Job]:
        with self._lock:
            at = len(self._at)
        # beyond those at work, more than the troubled ones can take up
        ids = self._runner.due(at + 8 * THREADS)
        if not ids:
            return []
        with self._runner.registry.reading() as uow:
            return [uow.jobs.find(id) for id in ids]

    def _begin(self, job: Job) -> bool:
        troubled = job.attempts > 0
        with self._lock:
            if job.id in self._at or len(self._at) >= THREADS:
                return False
            if troubled and sum(self._at.values()) >= TROUBLED:
                return False
            self._at[job.id] = troubled
        self._threads.submit(self._run, job.id)
        return True

    def _run(self, id: str) -> None:
        try:
            self._runner.run(id)
        except RegistryError as error:
            self._runner.log.warning("a notice could not be taken or settled", job=id, error=error)
        finally:
            with self._lock:
                del self._at[id]
