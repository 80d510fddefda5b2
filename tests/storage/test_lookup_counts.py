"""Counts add up, and are forgotten by day."""

from registry.instants import DAY_MS
from registry.storage.lookup_counts import Told
from tests.registries import START, Desk

DAY = START - START % DAY_MS
TOLD = Told("w", DAY, "p", "search", "deny")
LATER = TOLD._replace(day=DAY + DAY_MS)


def test_what_is_counted_again_is_added(desk: Desk) -> None:
    for _ in range(2):
        with desk.registry.bookkeeping() as uow:
            uow.lookup_counts.add({TOLD: 2, LATER: 1})
    with desk.registry.reading() as uow:
        assert uow.lookup_counts.of("w", DAY, DAY + 2 * DAY_MS) == [(TOLD, 4), (LATER, 2)]
        assert uow.lookup_counts.of("w", DAY, DAY + DAY_MS) == [(TOLD, 4)]
        assert uow.lookup_counts.of("v", 0, 2 * DAY) == []


def test_old_days_are_forgotten_and_others_stay(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.lookup_counts.add({TOLD: 2, LATER: 1})
        assert uow.lookup_counts.forget(DAY + 1) == 1
        assert uow.lookup_counts.of("w", 0, DAY + 2 * DAY_MS) == [(LATER, 1)]


def test_a_holder_is_told_of_their_own_works_that_were_asked_about(desk: Desk) -> None:
    mine, _ = desk.work("isrc:GBAYE0600001")
    desk.work("isrc:GBAYE0600002")
    theirs, _ = desk.work("isrc:GBAYE0600003", by="R2")
    holder = desk.rightsholder()
    with desk.registry.bookkeeping() as uow:
        uow.lookup_counts.add({TOLD._replace(work=work): 1 for work in (mine, theirs)})
        assert uow.lookup_counts.held_by(holder, DAY, DAY + 1, "", 10) == [mine]
        assert uow.lookup_counts.held_by(holder, DAY, DAY + 1, mine, 10) == []
        assert uow.lookup_counts.held_by(holder, DAY + 1, DAY + 2, "", 10) == []


def test_of_many_works_the_days_are_summed(desk: Desk) -> None:
    other = TOLD._replace(work="x", decision="unstated")
    with desk.registry.bookkeeping() as uow:
        uow.lookup_counts.add({TOLD: 2, LATER: 1, other: 5})
        assert uow.lookup_counts.of_each(["w", "x", "y"], DAY, DAY + 2 * DAY_MS) == {
            "w": {("p", "search", "deny"): 3},
            "x": {("p", "search", "unstated"): 5},
        }
        assert uow.lookup_counts.of_each(["w"], DAY, DAY + 1) == {"w": {("p", "search", "deny"): 2}}
        assert uow.lookup_counts.of_each([], 0, 2 * DAY) == {}
