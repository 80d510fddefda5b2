"""Looks for platforms in the background: at the proof of their domain, and at their key directory.

Each job starts a fetch process of its own (`registry.fetching`), which has neither keys nor database.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from registry.bootstrap import Registry
from registry.fetching.process import FetchProcess
from registry.services.actor import REGISTRY
from registry.services.prove_domain import DOMAIN, prove_domain
from registry.services.read_directory import DIRECTORY, READ_AGAIN_MS, read_directory
from registry.services.recheck_claims import AGAIN_MS
from registry.storage.jobs import Job
from registry.worker.proofs import Fetching


def look_at_domain(registry: Registry, job: Job, /, *, fetching: Fetching = FetchProcess) -> None:
    """Kind `platform-domain`: looks for what proves the domain of the platform named by the job's key.

    What goes wrong here says nothing about the domain. It is tried again, and the next day in any case.
    """
    in_any_case = _next_day_in_any_case(registry, job, DOMAIN, AGAIN_MS)
    with in_any_case, fetching(registry.place.public_url) as fetcher:
        prove_domain(registry, job.key, fetcher, REGISTRY)


def look_at_directory(
    registry: Registry, job: Job, /, *, fetching: Fetching = FetchProcess
) -> None:
    """Kind `platform-directory`: reads the key directory of the platform named by the job's key. As above."""
    in_any_case = _next_day_in_any_case(registry, job, DIRECTORY, READ_AGAIN_MS)
    with in_any_case, fetching(registry.place.public_url) as fetcher:
        read_directory(registry, job.key, fetcher, REGISTRY)


@contextmanager
def _next_day_in_any_case(registry: Registry, job: Job, kind: str, wait: int) -> Iterator[None]:
    try:
        yield
    except Exception:
        now = registry.clock()
        with registry.bookkeeping() as uow:
            uow.jobs.add(kind, job.key, now + wait, now=now)
        raise
