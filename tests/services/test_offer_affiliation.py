"""Two platforms belong together when both say so, and no longer when one of them does not."""

import pytest

from registry.errors import Conflict, Forbidden, InvalidInput, NotFound
from registry.services.find import the_platform
from registry.services.list_platforms import parents_of
from registry.services.offer_affiliation import end_offer_or_affiliation, offer_affiliation
from tests.registries import STEWARD, Desk


def parents(desk: Desk) -> list[str]:
    with desk.registry.reading() as uow:
        return parents_of(the_platform(uow, desk.platform("child")))


@pytest.mark.parametrize("first", ["child", "parent"])
def test_it_counts_once_both_have_said_so_whoever_began(desk: Desk, first: str) -> None:
    child, parent = desk.platform("child"), desk.platform("parent")
    sides = [child, parent] if first == "child" else [parent, child]
    with desk.registry.writing() as ledger:
        assert not offer_affiliation(ledger, child, parent, sides[0], STEWARD)
        assert not offer_affiliation(ledger, child, parent, sides[0], STEWARD)
    assert parents(desk) == []
    with desk.registry.writing() as ledger:
        assert offer_affiliation(ledger, child, parent, sides[1], STEWARD)
    assert parents(desk) == [parent]
    with desk.registry.writing() as ledger:
        assert ledger.uow.platform_members.offers(child) == []
        with pytest.raises(Conflict):
            offer_affiliation(ledger, child, parent, child, STEWARD)


@pytest.mark.parametrize("side", ["child", "parent"])
def test_either_side_takes_back_an_offer_or_ends_it(desk: Desk, side: str) -> None:
    child, parent = desk.platform("child"), desk.platform("parent")
    ends = desk.platform(side)
    with desk.registry.writing() as ledger:
        offer_affiliation(ledger, child, parent, child, STEWARD)
        end_offer_or_affiliation(ledger, child, parent, ends, STEWARD)
        assert not offer_affiliation(ledger, child, parent, parent, STEWARD)
        offer_affiliation(ledger, child, parent, child, STEWARD)
        end_offer_or_affiliation(ledger, child, parent, ends, STEWARD)
        with pytest.raises(NotFound):
            end_offer_or_affiliation(ledger, child, parent, ends, STEWARD)
    assert parents(desk) == []


def test_nobody_else_has_a_say_and_nobody_belongs_to_themselves(desk: Desk) -> None:
    child, parent, other = desk.platform("child"), desk.platform("parent"), desk.platform("other")
    with desk.registry.writing() as ledger:
        for act in (offer_affiliation, end_offer_or_affiliation):
            with pytest.raises(Forbidden):
                act(ledger, child, parent, other, STEWARD)
        with pytest.raises(InvalidInput):
            offer_affiliation(ledger, child, child, child, STEWARD)
        with pytest.raises(NotFound):
            offer_affiliation(ledger, child, "nobody", child, STEWARD)
