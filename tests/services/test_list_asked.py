"""A platform sees how its questions were answered, a month at a time."""

from registry.instants import DAY_MS, month_of
from registry.services.list_asked import AskedOn, list_asked
from registry.services.list_lookups import month_named
from registry.storage.platform_counts import Answered
from tests.registries import START, Desk


def test_a_months_counts_are_the_platforms_own(desk: Desk) -> None:
    month = month_named(month_of(START))
    within, before = month.since, month.since - DAY_MS
    with desk.registry.bookkeeping() as uow:
        uow.platform_counts.add(
            {
                Answered("p", within, "search", "deny"): 2,
                Answered("p", before, "search", "deny"): 3,
                Answered("q", within, "search", "allow"): 4,
            }
        )
        assert list_asked(uow, "p", month) == [AskedOn(f"{month.name}-01", "search", "deny", 2)]
