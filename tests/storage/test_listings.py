"""Whose records search engines may find; each change is an act, and a choice that is there already is none."""

from registry.storage.acts import Wanted
from tests.registries import Desk

ADA = "01a20212-5f30-70ac-93b8-967730279525"


def test_a_choice_is_kept_taken_back_and_noted_each_time_that_it_changes(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        assert not uow.listings.has(ADA)
        assert uow.listings.put(ADA, 1)
        assert not uow.listings.put(ADA, 2)
        assert uow.listings.has(ADA)
        assert not uow.listings.has(ADA[::-1])
    desk.clock.forward(1)
    with desk.registry.bookkeeping() as uow:
        assert uow.listings.remove(ADA)
        assert not uow.listings.remove(ADA)
        assert not uow.listings.has(ADA)
    with desk.registry.reading() as uow:
        acts = [each.act for each in uow.acts.page(Wanted(about=ADA)).acts]
    assert acts == ["rightsholder.unlisted", "rightsholder.listed"]
