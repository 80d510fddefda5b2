"""The roots over the journal of who did what: once an hour, in the log."""

from registry.bootstrap import Registry
from registry.services.root_acts import due_until, log_acts_root, tree_over
from registry.storage.jobs import Job


def root_acts(registry: Registry, _job: Job) -> None:
    """Kind `acts`: logs the root over every act of the hours that are over and have none. Safe to repeat.

    Raises: Unavailable, LogRefuses.
    """
    with registry.reading() as uow:
        due = due_until(uow, registry.clock())
        if due is None:
            return
        tree = tree_over(uow, *due)
    with registry.writing() as ledger:
        log_acts_root(ledger, *due, tree)
