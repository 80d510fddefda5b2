"""A restored store is the backup's, whole and verified; it says what it lacks, and is never taken for newer."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from registry.errors import ConfigurationError, Conflict, LogRefuses, VerificationFailed
from registry.storage.engine import open_engine, writing
from registry.storage.head_file import Head, HeadFile
from registry.storage.migrate import alembic_config, pending_migrations
from registry.storage.whole_store import is_empty
from tests.conftest import FreshDatabase
from tests.registries import Desk, open_desk
from tests.services.copies import back_up, opened_on, restored
from tests.services.test_backup import rewritten

ISRC = "isrc:GBAYE0601498"


@pytest.fixture(params=["sqlite", "postgresql"])
def other_url(request: pytest.FixtureRequest, fresh_database: FreshDatabase) -> str:
    """An empty database, once of each kind."""
    return fresh_database(request.param)


def test_the_newest_backup_restores_to_the_same_registry_in_either_database(
    desk: Desk, tmp_path: Path, other_url: str
) -> None:
    work, _ = desk.work(ISRC)
    desk.declare(work, generative_training="deny")
    made = back_up(desk, tmp_path / "backup")
    filled = restored(desk, tmp_path / "backup", other_url)
    assert filled.missing == 0
    assert filled.rows == made.rows
    assert filled.report.wrong is None
    with opened_on(desk, other_url) as copy:
        assert copy.ask(ISRC) == desk.ask(ISRC)
        assert copy.fsck().wrong is None
        copy.rightsholder("Another")  # and it goes on from there


def test_an_older_backup_says_so_and_signs_nothing_until_an_operator_decides(
    desk: Desk, tmp_path: Path, other_url: str
) -> None:
    back_up(desk, tmp_path / "backup")
    work, _ = desk.work(ISRC)
    desk.declare(work, generative_training="deny")
    filled = restored(desk, tmp_path / "backup", other_url)
    assert filled.missing == 3
    with opened_on(desk, other_url) as copy:
        with pytest.raises(LogRefuses, match="older than what others hold"):
            copy.rightsholder("Another")
        with copy.registry.reading() as uow:
            head = uow.log.head()
        assert head is not None
        with pytest.raises(LogRefuses, match="older than what others hold"):
            copy.registry.released(head)  # what is asked before any answer
        copy.registry.head_file.overwrite(filled.head)  # as `registry log accept` does
        copy.rightsholder("Another")


def test_a_store_that_is_not_empty_is_left_alone(desk: Desk, tmp_path: Path) -> None:
    back_up(desk, tmp_path / "backup")
    url = desk.registry.settings.database_url
    before = desk.fsck().events
    with pytest.raises(Conflict, match="a registry in this database already"):
        restored(desk, tmp_path / "backup", url)
    assert desk.fsck().events == before


def test_whatever_is_wrong_leaves_the_store_as_empty_as_it_was(
    desk: Desk, tmp_path: Path, other_url: str
) -> None:
    work, _ = desk.work(ISRC)
    back_up(desk, tmp_path / "backup")
    # consistent files, made by whoever could also make the digests: fsck finds it after loading
    rewritten(tmp_path / "backup", "handles", {0: (work, "work", "another")})
    with pytest.raises(VerificationFailed, match="the events say otherwise"):
        restored(desk, tmp_path / "backup", other_url)
    engine = open_engine(other_url)
    assert is_empty(engine)
    engine.dispose()


def test_a_backup_from_before_an_upgrade_is_upgraded_where_it_is_restored(
    desk: Desk, tmp_path: Path, other_url: str
) -> None:
    work, _ = desk.work(ISRC)
    desk.declare(work, generative_training="deny")
    answered = desk.ask(ISRC)
    with writing(desk.registry.engine) as connection:  # as the first version left its stores
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    assert back_up(desk, tmp_path / "backup").revision == "0001"
    restored(desk, tmp_path / "backup", other_url)
    with opened_on(desk, other_url) as copy:
        assert pending_migrations(copy.registry.engine) == []
        assert copy.ask(ISRC) == answered
        copy.rightsholder("Another")


def test_an_interrupted_restore_leaves_the_store_empty_and_can_begin_again(
    desk: Desk, tmp_path: Path, other_url: str
) -> None:
    def interrupt(what: str, _done: int, _total: int) -> None:
        if what == "events":  # rows of other tables are in by now
            raise KeyboardInterrupt

    back_up(desk, tmp_path / "backup")
    with pytest.raises(KeyboardInterrupt):
        restored(desk, tmp_path / "backup", other_url, progress=interrupt)
    engine = open_engine(other_url)
    assert is_empty(engine)
    engine.dispose()
    assert restored(desk, tmp_path / "backup", other_url).report.wrong is None


def test_a_backup_of_another_history_than_the_released_one_is_refused(
    desk: Desk, tmp_path: Path, other_url: str
) -> None:
    made = back_up(desk, tmp_path / "backup")
    other_head = HeadFile(tmp_path / "other-head")
    other_head.release(Head(made.log.size, b"\x01" * 32, 1))
    with pytest.raises(LogRefuses, match="are not those that were already released"):
        restored(desk, tmp_path / "backup", other_url, head_file=other_head)


def test_another_registrys_backup_is_refused_by_its_name(
    desk: Desk, tmp_path: Path, other_url: str, fresh_database: FreshDatabase
) -> None:
    back_up(desk, tmp_path / "backup")
    other = open_desk(
        tmp_path / "other", fresh_database("sqlite"), REGISTRY_PUBLIC_URL="https://other.example"
    )
    with pytest.raises(ConfigurationError, match=r"this log is named registry\.example/log"):
        restored(other, tmp_path / "backup", other_url)
    other.registry.close()


def test_without_a_head_file_nothing_is_said_of_what_is_missing(
    desk: Desk, tmp_path: Path, other_url: str
) -> None:
    back_up(desk, tmp_path / "backup")
    filled = restored(
        desk, tmp_path / "backup", other_url, head_file=HeadFile(tmp_path / "nowhere")
    )
    assert filled.released is None


def test_a_restored_store_notes_in_its_journal_where_it_came_from(
    desk: Desk, tmp_path: Path, other_url: str
) -> None:
    made = back_up(desk, tmp_path / "backup")
    restored(desk, tmp_path / "backup", other_url)
    engine = open_engine(other_url)
    with writing(engine) as connection:
        (noted,) = connection.execute(
            text("SELECT actor, details FROM audit_events WHERE act = 'store.restored'")
        )
    engine.dispose()
    assert noted.actor == "alice"
    assert made.made_at in noted.details


def test_whoever_was_killed_after_the_last_step_may_restore_again_and_finds_it_done(
    desk: Desk, tmp_path: Path, other_url: str
) -> None:
    back_up(desk, tmp_path / "backup")
    first = restored(desk, tmp_path / "backup", other_url)
    second = restored(desk, tmp_path / "backup", other_url)
    assert (first.before, second.before) == (False, True)
    assert (second.head, second.report) == (first.head, first.report)
    desk.clock.forward(1_000)
    back_up(desk, tmp_path / "another")
    with pytest.raises(Conflict, match="a registry in this database already"):
        restored(desk, tmp_path / "another", other_url)
    with opened_on(desk, other_url) as copy:
        copy.rightsholder("Another")
    with pytest.raises(Conflict, match="a registry in this database already"):
        restored(desk, tmp_path / "backup", other_url)
