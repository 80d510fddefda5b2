"""A moved store gives the same answers and the same bytes, and there is one registry, not two."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from registry.errors import ConfigurationError, Conflict, LogRefuses
from registry.services.erase import erase
from registry.services.fill_store import Filled
from registry.services.move import move_store
from registry.services.open_account import issue_token
from registry.storage.engine import open_engine
from registry.storage.tables import events, log_tiles, tokens
from registry.storage.whole_store import is_empty
from tests.conftest import FreshDatabase
from tests.registries import STEWARD, Desk, open_desk
from tests.services.copies import opened_on, surroundings

ISRC, URL = "isrc:GBAYE0601498", "https://artist.example/song"


def moved(desk: Desk, old_url: str, new_url: str, **more: Any) -> Filled:
    old, new = open_engine(old_url), open_engine(new_url)
    try:
        return move_store(old, new, **{**surroundings(desk), **more})
    finally:
        old.dispose()
        new.dispose()


def contents(desk: Desk) -> list[list[tuple[Any, ...]]]:
    with desk.registry.reading() as uow:
        return [
            [
                tuple(row)
                for row in uow.connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in (events, log_tiles, tokens)
        ]


def answers(desk: Desk) -> list[Any]:
    return [desk.ask(ISRC), desk.ask(URL, usage="data-mining"), desk.ask("isrc:GBAYE0601499")]


@pytest.mark.parametrize("there", ["sqlite", "postgresql"])
@pytest.mark.parametrize("here", ["sqlite", "postgresql"])
def test_there_and_back_again_everything_is_as_it_was(
    tmp_path: Path, fresh_database: FreshDatabase, here: str, there: str
) -> None:
    first, second, third = fresh_database(here), fresh_database(there), fresh_database(here)
    desk = open_desk(tmp_path, first)
    work, claim = desk.work(ISRC)
    desk.location("https://artist.example/")
    desk.declare(work, generative_training="deny", data_mining="conditional")
    desk.prove(claim, ISRC)
    theirs, _ = desk.work("isrc:GBAYE0601499", by="Ada Erasmus", title="Ada's ballad")
    desk.declare(theirs, by="Ada Erasmus", generative_training="deny")
    registry, ada = desk.registry, desk.names["Ada Erasmus"]
    erase(registry.writing, registry.import_files, ada, STEWARD, titles=True)
    before, answered = contents(desk), answers(desk)
    desk.registry.close()
    for old, new in ((first, second), (second, third)):
        filled = moved(desk, old, new)
        assert filled.missing == 0
        with opened_on(desk, new) as copy:
            assert contents(copy) == before
            assert answers(copy) == answered
            assert (copy.fsck().wrong, copy.fsck().erased) == (None, 3)
    assert b"Ada" not in b"".join(row[4] for row in before[0])
    with opened_on(desk, third) as copy:
        copy.rightsholder("Another")
    for old in (first, second):  # only one of them is the registry
        with opened_on(desk, old) as behind, pytest.raises(LogRefuses, match="older than what"):
            behind.rightsholder("Somebody else")


def test_a_store_in_use_is_not_moved(desk: Desk, fresh_database: FreshDatabase) -> None:
    new = fresh_database("sqlite")
    desk.rightsholder()  # whose connection stays open, as a server's does
    with pytest.raises(Conflict, match="stop the server"):
        moved(desk, desk.registry.settings.database_url, new)
    engine = open_engine(new)
    assert is_empty(engine)
    engine.dispose()


def test_nothing_is_moved_over_another_registry_or_onto_itself(
    desk: Desk, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    url = desk.registry.settings.database_url
    desk.registry.close()
    with pytest.raises(ConfigurationError, match="is there already"):
        moved(desk, url, url)
    other = open_desk(tmp_path / "other", fresh_database("sqlite"))
    other.registry.close()
    with pytest.raises(Conflict, match="a registry in this database already"):
        moved(desk, url, other.registry.settings.database_url)


def test_a_store_that_is_behind_what_was_released_is_settled_before_it_moves(
    desk: Desk, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    head = desk.registry.head_file.read()
    assert head is not None
    desk.registry.head_file.release(type(head)(head.size + 1, b"\x01" * 32, head.at + 1))
    desk.registry.close()
    with pytest.raises(LogRefuses, match="older than what others hold"):
        moved(desk, desk.registry.settings.database_url, fresh_database("sqlite"))


@pytest.mark.parametrize("there", ["sqlite", "postgresql"])
def test_whoever_was_killed_after_the_last_step_may_move_again_and_finds_it_done(
    desk: Desk, fresh_database: FreshDatabase, there: str
) -> None:
    desk.work(ISRC)
    desk.registry.close()
    old, new = desk.registry.settings.database_url, fresh_database(there)
    first, second = moved(desk, old, new), moved(desk, old, new)
    assert (first.before, second.before) == (False, True)
    assert (second.head, second.report) == (first.head, first.report)
    assert second.rows == first.rows + 3, "and the note of how they came, which is found by two"


def test_what_was_done_in_either_store_since_a_move_keeps_the_copy_from_being_taken_for_whole(
    desk: Desk, fresh_database: FreshDatabase
) -> None:
    """Also what is not in the log: a token that was issued here, or revoked there."""
    holder, old = desk.rightsholder(), desk.registry.settings.database_url
    for changed in ("the old store", "the new store"):
        desk.registry.close()
        new = fresh_database("sqlite")
        moved(desk, old, new)
        url = old if changed == "the old store" else new
        with opened_on(desk, url) as copy, copy.registry.writing() as ledger:
            issue_token(ledger, holder, changed, STEWARD)
        with pytest.raises(Conflict, match="a registry in this database already"):
            moved(desk, old, new)
