"""Counts of works, kept up with what platforms were told."""

from registry.bootstrap import Registry
from registry.services.add_up_told import add_up_told
from registry.storage.jobs import Job


def count_told(registry: Registry, _job: Job) -> None:
    """Kind `counts`: adds up all that was told until now. Raises: Unavailable; what is left is gone on with."""
    more = True
    while more:
        with registry.bookkeeping() as uow:
            more = add_up_told(uow)
