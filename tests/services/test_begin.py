"""A first word is registered whole or not at all, and what is there already is added to."""

import pytest

from registry.domain.declaration import Wish
from registry.domain.vocabulary import Role, WorkKind
from registry.errors import InvalidDeclaration, NotFound
from registry.services.actor import Actor
from registry.services.begin import Beginning, Begun, NamedWork, begin
from registry.services.find import standing, the_location, the_work
from registry.storage.accounts import Account
from tests.registries import Desk

ADA = Account("ada", "ada@people.example", "ada@people.example", "Ada", "en", 0)
EVE = Account("eve", "eve@people.example", "eve@people.example", "Eve", "en", 0)
SONG = NamedWork(
    "Night Train", WorkKind.RECORDING, (Role.RECORDING, Role.PERFORMANCE), ("isrc:GBAYE0601498",)
)
NO = Wish(preset="no-ai")


def said(holder: str | None = None, work: NamedWork = SONG, wish: Wish = NO) -> Beginning:
    return Beginning(
        holder, "Lovelace Trio", (work,), ("https://lovelace.example/music/",), Role.RECORDING, wish
    )


def told(desk: Desk, beginning: Beginning, account: Account = ADA) -> Begun:
    with desk.registry.writing() as ledger:
        return begin(ledger, account, beginning, Actor(account.id, "account"))


def test_works_places_and_the_word_on_all_of_them_are_one_write(desk: Desk) -> None:
    begun = told(desk, said())
    with desk.registry.reading() as uow:
        work = the_work(uow, begun.works[0])
        place = the_location(uow, begun.locations[0])
        member = uow.members.find(begun.rightsholder, ADA.id)
    assert {each.role for each in standing(work)} == {"recording", "performance"}
    assert place.url == "https://lovelace.example/music/"
    assert member is not None
    assert begun.takes_effect_at is None


def test_said_again_it_adds_what_is_lacking_and_makes_no_twin(desk: Desk) -> None:
    first = told(desk, said())
    more = NamedWork(
        "Another title",
        SONG.kind,
        (Role.RECORDING,),
        (*SONG.identifiers, "https://lovelace.example/x"),
    )
    again = told(desk, said(first.rightsholder, more))
    assert (again.works, again.locations) == (first.works, first.locations)
    with desk.registry.reading() as uow:
        work = the_work(uow, first.works[0])
    assert [held.text for held in work.identifiers] == list(more.identifiers)
    assert work.title == "Night Train"


def test_the_works_of_others_stay_theirs(desk: Desk) -> None:
    first, second = told(desk, said()), told(desk, said(), EVE)
    assert first.works != second.works
    assert first.locations != second.locations
    with pytest.raises(NotFound):
        told(desk, said(first.rightsholder), EVE)


def test_where_the_word_is_refused_nothing_is_registered(desk: Desk) -> None:
    with desk.registry.reading() as uow:
        before = uow.log.head()
    with pytest.raises(InvalidDeclaration):
        told(desk, said(wish=Wish(preset="ask-me-first")))
    with desk.registry.reading() as uow:
        assert uow.log.head() == before
        assert uow.members.for_account(ADA.id) == []
