"""Rows of cards as they are written, and made good where a program wrote that knows of none."""

from typing import Any

import pytest
from sqlalchemy import delete, select, update

from registry.domain.cards import cards_of
from registry.domain.dossiers import Work
from registry.domain.identifiers import parse_identifier
from registry.domain.vocabulary import Decision
from registry.services.doctor_store import look_at_schema
from registry.services.finding import Grade
from registry.services.rebuild import renew_projection
from registry.storage.card_rows import prefix_of
from registry.storage.engine import writing
from registry.storage.tables import above_locations, cards, log_head
from tests.registries import Desk

ISRC, OTHER = "isrc:GBAYE0601498", "isrc:USRC17607839"
FOLDER, URL = "https://artist.example/a/", "https://artist.example/a/b"


def rows_in(desk: Desk) -> dict[str, set[Any]]:
    with desk.registry.reading() as uow:
        return {
            table.name: {tuple(row) for row in uow.connection.execute(select(table))}
            for table in (cards, above_locations)
        }


def row_of(desk: Desk, text: str) -> Any:
    prefix = prefix_of(parse_identifier(text).wide_key)
    with desk.registry.reading() as uow:
        return uow.connection.execute(select(cards).where(cards.c.prefix == prefix)).one_or_none()


def test_each_change_of_a_work_writes_its_card_under_all_its_keys(desk: Desk) -> None:
    work, _ = desk.work(ISRC, OTHER)
    for _ in range(2):
        with desk.registry.reading() as uow:
            dossier = uow.projection.dossier("work", work)
        assert isinstance(dossier, Work)
        expected = {(prefix_of(key), key, work, card) for key, card in cards_of(dossier).items()}
        assert rows_in(desk)["cards"] == expected
        desk.declare(work, generative_training="deny")


def test_a_key_of_two_works_is_nobodys_for_good(desk: Desk) -> None:
    first, _ = desk.work(ISRC)
    second, _ = desk.work(ISRC)
    for work in (first, second, first):
        assert row_of(desk, ISRC)[1:] == (None, None, None)
        desk.declare(work, generative_training="deny")
    with desk.registry.bookkeeping() as uow:
        assert not renew_projection(uow)
    assert desk.fsck().wrong is None
    assert desk.ask(ISRC).opted_out


@pytest.mark.parametrize("place", [FOLDER, "https://artist.example/"])
def test_a_location_is_known_in_every_folder_above_it(desk: Desk, place: str) -> None:
    desk.location(place)
    assert len(rows_in(desk)["above_locations"]) == (2 if place == FOLDER else 1)


def test_what_a_program_without_cards_wrote_is_made_good_at_the_next_start(desk: Desk) -> None:
    """As after a rolling upgrade, in which a process of the version before went on writing."""
    work, _ = desk.work(ISRC, URL)
    desk.location(FOLDER)
    before = rows_in(desk)
    with desk.registry.reading() as uow:
        size = uow.log.cards_size()
    old, _ = desk.work(OTHER)
    desk.declare(work, generative_training="deny")
    after = rows_in(desk)
    with writing(desk.registry.engine) as connection:  # what was there, and no more
        for table in (cards, above_locations):
            connection.execute(delete(table))
            for row in before[table.name]:
                connection.execute(table.insert().values(row))
        connection.execute(update(log_head).values(cards_size=size))
    answer = desk.ask(ISRC).answer
    assert answer is not None
    assert answer.decision is Decision.DENY
    assert desk.fsck().wrong is None
    (found,) = [each for each in look_at_schema(desk.registry.engine) if each.about == "projection"]
    assert found.grade is Grade.WARNING
    desk.rightsholder("R2")
    with desk.registry.reading() as uow:
        assert uow.log.cards_size() == size, "nobody says that they are whole while they are not"
    with desk.registry.bookkeeping() as uow:
        renew_projection(uow)
    assert rows_in(desk) == after
    with desk.registry.reading() as uow:
        head = uow.log.head()
        assert head is not None
        assert uow.log.cards_size() == head.head.size
    assert desk.fsck().wrong is None
