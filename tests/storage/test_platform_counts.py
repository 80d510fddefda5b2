"""A platform's answers are counted by day, and are its own."""

from registry.instants import DAY_MS
from registry.storage.platform_counts import Answered
from tests.registries import START, Desk

DAY = START - START % DAY_MS
DENIED = Answered("p", DAY, "search", "deny")


def test_counts_add_up_newest_day_first_and_old_days_are_forgotten(desk: Desk) -> None:
    later = DENIED._replace(day=DAY + DAY_MS)
    with desk.registry.bookkeeping() as uow:
        for _ in range(2):
            uow.platform_counts.add({DENIED: 2, later: 1, DENIED._replace(platform="q"): 9})
        assert uow.platform_counts.of("p", DAY, DAY + 2 * DAY_MS) == [(later, 2), (DENIED, 4)]
        assert uow.platform_counts.of("p", DAY, DAY + DAY_MS) == [(DENIED, 4)]
        assert uow.platform_counts.forget(DAY + 1) == 2
        assert uow.platform_counts.of("p", 0, DAY + 2 * DAY_MS) == [(later, 2)]
