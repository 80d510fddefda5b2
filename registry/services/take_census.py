"""Taking a census: every dossier of one moment counted, part by part, and what platforms asked beside it.

Memory does not grow with the registry. It may be broken off at any time, and leaves the one before.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

from registry.domain.census import Census, count
from registry.domain.dossiers import Work
from registry.instants import month_of
from registry.storage.censuses import Censuses
from registry.storage.whole_projection import WholeProjection


def take_census(
    projection: Callable[[], AbstractContextManager[WholeProjection]],
    now: int,
    progress: Callable[[int], None] = lambda _done: None,
) -> Census:
    """What there is at this moment (ms). Raises: Unavailable."""
    with projection() as store:
        head = store.head()
        # a clock that was set back does not turn the log's time back
        census = Census(at=now, size=0)
        if head is not None:
            census = Census(at=max(now, head.head.at), size=head.head.size)
        books = Censuses(store.connection)
        done = 0
        for rows, found in store.dossiers("work", "location", "rightsholder"):
            works = [each for each in found if isinstance(each, Work)]
            refusals = books.refusals([work.id for work in works]) if works else {}
            for dossier in found:
                census.count(dossier)
            for work in works:
                census.count_waits(work, refusals.get(work.id, {}))
            done += rows
            progress(done)
        for platform, day, decision, number in books.answered():
            count(census.lookups.setdefault(platform, {}), decision, number)
            count(census.lookups_by_month.setdefault(month_of(day), {}), decision, number)
    return census
