"""Imports in the store: found, listed, changed only in the states they may be changed in, forgotten."""

from dataclasses import replace

from registry.catalogues.options import Options
from registry.storage.imports import OPEN, Import, ImportState
from tests.registries import START, Desk

ID = "01a20212-5f30-70ac-93b8-{:012d}"


def an_import(number: int = 1, **members: object) -> Import:
    new = Import(
        id=ID.format(number),
        rightsholder="r",
        actor="t",
        authority="token",
        name="works.csv",
        form="csv",
        digest=b"\x01" * 32,
        size=9,
        options=Options(mapping={"a": "isrc"}, preset="no-ai"),
        looked="{}",
        state=ImportState.UPLOADED,
        dry=False,
        made_at=START,
    )
    return replace(new, **members)  # type: ignore[arg-type]


def test_an_import_is_found_as_it_was_added(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.imports.add(an_import())
        assert uow.imports.find(ID.format(1)) == an_import()
        assert uow.imports.find(ID.format(2)) is None


def test_ones_own_are_listed_newest_first_and_those_that_have_not_ended_oldest_first(
    desk: Desk,
) -> None:
    with desk.registry.bookkeeping() as uow:
        for number, state in enumerate(ImportState):
            uow.imports.add(an_import(number, state=state))
        uow.imports.add(an_import(99, rightsholder="other"))
        assert [each.state for each in uow.imports.of("r")] == list(ImportState)[::-1]
        assert [each.state for each in uow.imports.open_of("r")] == [
            s for s in ImportState if s in OPEN
        ]


def test_an_import_is_changed_only_in_the_states_that_are_named(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.imports.add(an_import())
        id = ID.format(1)
        assert not uow.imports.change(id, of=[ImportState.READING], rows=5)
        assert uow.imports.change(
            id, of=OPEN, state=ImportState.READ, rows=5, dry=True, options=Options()
        )
        assert uow.imports.find(id) == an_import(
            state=ImportState.READ, rows=5, dry=True, options=Options()
        )


def test_what_ended_or_was_never_started_is_past_after_a_while(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.imports.add(an_import(1))
        uow.imports.add(an_import(2, state=ImportState.DONE, ended_at=START + 5))
        uow.imports.add(an_import(3, state=ImportState.REGISTERING))
        assert uow.imports.past(START + 1, 9) == [ID.format(1)]
        assert sorted(uow.imports.past(START + 6, 9)) == [ID.format(1), ID.format(2)]
        uow.imports.forget(ID.format(1))
        assert uow.imports.find(ID.format(1)) is None
