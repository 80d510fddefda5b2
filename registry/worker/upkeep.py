"""What a registry does for itself unasked: sign status lists, look after its log, throw away what is over."""

from registry.bootstrap import Registry
from registry.services.check_log import check_newest_checkpoint
from registry.services.export_for_audit import forget_exports
from registry.services.publish_status import outdated_lists, sign_status_list
from registry.services.tidy import (
    forget_asks,
    forget_dead_notices,
    forget_done_jobs,
    forget_imports,
    forget_of_people,
    forget_refusals,
    forget_replies,
)
from registry.storage.jobs import Job


def publish_status_lists(registry: Registry, _job: Job) -> None:
    """Signs the lists anew in which a record has ended, one a transaction."""
    with registry.reading() as uow:
        numbers = outdated_lists(uow, registry.clock())
    signers, place = registry.signers(), registry.place
    for number in numbers:
        with registry.bookkeeping() as uow:
            sign_status_list(uow, signers, place, number, registry.clock())


def check_log(registry: Registry, _job: Job) -> None:
    """Holds the newest checkpoint against what is stored.

    Raises: VerificationFailed, which stays with the job as its last error until the log holds again.
    """
    # read before the store: whatever is released by now is in the store already
    released = registry.head_file.read()
    with registry.reading() as uow:
        check_newest_checkpoint(uow, registry.signers(), registry.place, released)


def tidy(registry: Registry, _job: Job) -> None:
    """Forgets nonces, replies, finished jobs, notices given up on and what was asked, each when its time is over, a
    little at once."""
    now = registry.clock()
    registry.nonces.sweep(now)
    more = True
    while more:
        with registry.bookkeeping() as uow:
            more = forget_replies(uow, now)
    with registry.bookkeeping() as uow:
        forget_done_jobs(uow, now)
        forget_dead_notices(uow, now)
        forget_of_people(uow, now)
        forget_imports(uow, registry.import_files, now)
        forget_refusals(uow, now)
        forget_exports(uow, registry.audit_exports, now)
    more = True
    while more:
        with registry.bookkeeping() as uow:
            more = forget_asks(uow, now, registry.settings.asks_kept)
