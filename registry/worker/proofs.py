"""Looks at places in the background: the first one that somebody asks for, and those that follow from it.

Each job starts a fetch process of its own (`registry.fetching`), which has neither keys nor database.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

from registry.bootstrap import Registry
from registry.errors import Conflict, InvalidInput, NotFound
from registry.fetching.process import Fetcher, FetchProcess
from registry.services.actor import REGISTRY
from registry.services.prove_claim import RECHECK, prove
from registry.services.recheck_claims import AGAIN_MS, recheck
from registry.storage.jobs import Job
from registry.storage.proofs import ProofState

Fetching = Callable[[str], AbstractContextManager[Fetcher]]
"""Public URL of the registry → who looks."""


def prove_claim(registry: Registry, job: Job, /, *, fetching: Fetching = FetchProcess) -> None:
    """Kind `prove`: looks at the places where the claim named by the job's key would be proved.

    A claim that ended meanwhile, or of which nothing is left to look at, is noted as not proved; whatever else goes
    wrong is tried again.
    """
    try:
        with fetching(registry.place.public_url) as fetcher:
            prove(registry, job.key, fetcher, REGISTRY)
    except (Conflict, InvalidInput, NotFound):
        with registry.bookkeeping() as uow:
            row = uow.proofs.of(job.key)
            if row is not None and row.state is ProofState.WAITING:
                uow.proofs.keep(replace(row, state=ProofState.FAILED))


def recheck_claim(registry: Registry, job: Job, /, *, fetching: Fetching = FetchProcess) -> None:
    """Kind `recheck`: looks again at what proved the claim named by the job's key.

    What goes wrong here says nothing about the claim. It is tried again, and the next day in any case.
    """
    try:
        with fetching(registry.place.public_url) as fetcher:
            recheck(registry, job.key, fetcher, REGISTRY)
    except NotFound:
        return
    except Exception:
        now = registry.clock()
        with registry.bookkeeping() as uow:
            uow.jobs.add(RECHECK, job.key, now + AGAIN_MS, now=now)
        raise
