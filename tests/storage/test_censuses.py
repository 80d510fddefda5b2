"""The newest census stands alone; sums of what platforms were told."""

from registry.domain.census import Census
from registry.instants import DAY_MS
from registry.storage.lookup_counts import Told
from registry.storage.platform_counts import Answered
from tests.registries import Desk


def test_a_new_census_takes_the_place_of_the_one_before(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.censuses.keep(Census(at=1, size=1))
        uow.censuses.keep(Census(at=2, size=2, claims={"declared": 1}))
    with desk.registry.reading() as uow:
        assert uow.censuses.newest() == Census(at=2, size=2, claims={"declared": 1})


def test_refusals_are_days_by_work_and_use_and_a_yes_is_none(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.lookup_counts.add(
            {
                Told("w1", DAY_MS, "P", "search", "deny"): 1,
                Told("w1", DAY_MS, "Q", "search", "conditional"): 1,
                Told("w1", 2 * DAY_MS, "P", "search", "allow"): 1,
                Told("w2", DAY_MS, "P", "search", "deny"): 1,
            }
        )
        assert uow.censuses.refusals(["w1"]) == {"w1": {"search": [DAY_MS]}}


def test_answers_are_summed_over_uses(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.platform_counts.add(
            {Answered("P", 0, "search", "deny"): 1, Answered("P", 0, "ai-input", "deny"): 2}
        )
        assert uow.censuses.answered() == [("P", 0, "deny", 3)]
