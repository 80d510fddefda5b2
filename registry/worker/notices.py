"""What people are told of when a time has come: that a loosening took effect, and who asked in the month before."""

from registry.bootstrap import Registry
from registry.services.monthly_notice import ask_for_month, tell_month
from registry.services.tell_of_events import tell_of_effects
from registry.storage.jobs import Job


def tell_effects(registry: Registry, _job: Job) -> None:
    """Kind `effects`: tells of every loosening that took effect, some hundred a transaction."""
    more = True
    while more:
        with registry.bookkeeping() as uow:
            more = tell_of_effects(uow, registry.clock())


def begin_month(registry: Registry, _job: Job) -> None:
    """Kind `months`: asks for the last month to be told of, where nobody did yet."""
    with registry.bookkeeping() as uow:
        ask_for_month(uow, registry.clock())


def tell_of_month(registry: Registry, job: Job) -> None:
    """Kind `who-asked`: tells of the month that the job's key names. Raises: Unavailable."""
    tell_month(registry, job.key)
