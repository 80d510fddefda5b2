"""Adding up what platforms were told about works, away from the processes that answer (docs/adr/0032)."""

from typing import Final

from registry.storage.unit_of_work import UnitOfWork

AT_ONCE: Final = 4_000
"""Of what was told, a transaction, so that other writers never wait long: each work has a page of its own."""


def add_up_told(uow: UnitOfWork) -> bool:
    """Adds the oldest of what was told to the counts of works. True: there may be more."""
    counts = uow.told_works.take(AT_ONCE)
    if counts:
        uow.lookup_counts.add(counts)
    return bool(counts)
