"""The hourly roots over what platforms asked: every hour that is over, one after the other."""

from registry.bootstrap import Registry
from registry.services.root_asks import close_hour, log_root, tree_of
from registry.storage.jobs import Job


def root_asks(registry: Registry, _job: Job) -> None:
    """Kind `asks`: logs the root of each hour that is over, oldest first; after a standstill, of all that wait.

    Raises: Unavailable, LogRefuses; what is closed without a root is gone on with.
    """
    while True:
        with registry.bookkeeping() as uow:
            hour = close_hour(uow, registry.clock())
        if hour is None:
            return
        with registry.reading() as uow:
            tree = tree_of(uow, hour.until)
        with registry.writing() as ledger:
            log_root(ledger, hour, tree)
