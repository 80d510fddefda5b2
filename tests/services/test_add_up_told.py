"""What platforms were told comes to the counts of works, once, and a little at a time."""

from registry.services.add_up_told import AT_ONCE, add_up_told
from registry.storage.lookup_counts import Told
from registry.storage.platform_counts import Answered
from tests.registries import Desk

DENIED = Answered("p", 0, "search", "deny")


def counted(desk: Desk, work: str) -> list[int]:
    with desk.registry.reading() as uow:
        return [count for _, count in uow.lookup_counts.of(work, 0, 1)]


def test_it_is_added_to_what_was_counted(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.lookup_counts.add({Told("w", 0, "p", "search", "deny"): 5})
        uow.told_works.add({DENIED: ["w", "w", "v"]})
        assert add_up_told(uow)
        assert not add_up_told(uow)
    assert (counted(desk, "w"), counted(desk, "v")) == ([7], [1])


def test_very_many_take_several_transactions(desk: Desk) -> None:
    works = [f"w{number:05d}" for number in range(AT_ONCE + 1)]
    with desk.registry.bookkeeping() as uow:
        uow.told_works.add({DENIED: works})
        assert add_up_told(uow)
    assert (counted(desk, works[0]), counted(desk, works[-1])) == ([1], [])
    with desk.registry.bookkeeping() as uow:
        assert add_up_told(uow)
        assert not add_up_told(uow)
    assert (counted(desk, works[0]), counted(desk, works[-1])) == ([1], [1])
