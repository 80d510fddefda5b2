"""The numbers behind the page of statistics, counted once a day."""

from functools import partial

from registry.bootstrap import Registry
from registry.instants import DAY_MS
from registry.services.take_census import take_census
from registry.storage.jobs import Job
from registry.storage.whole_projection import whole_projection


def keep_census(registry: Registry, _job: Job) -> None:
    """Kind `census`: takes one if the newest is a day old, or if there is none. Raises: Unavailable."""
    now = registry.clock()
    with registry.reading() as uow:
        newest = uow.censuses.newest()
    if newest is not None and abs(now - newest.at) < DAY_MS:
        return
    census = take_census(partial(whole_projection, registry.engine), now)
    with registry.bookkeeping() as uow:
        uow.censuses.keep(census)
