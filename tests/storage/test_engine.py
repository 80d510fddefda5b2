"""Transactions on the two databases: alone when writing, one moment when reading, ours when it fails."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from registry.errors import Unavailable
from registry.storage.engine import open_engine, reading, stands, writing
from tests.parallel import PROCESSES, in_processes


@pytest.fixture
def engine(database_url: str) -> Engine:
    engine = open_engine(database_url)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE counted (n INTEGER NOT NULL)"))
        connection.execute(text("INSERT INTO counted VALUES (0)"))
    return engine


def count_up(url: str, times: int) -> None:
    engine = open_engine(url)
    for _ in range(times):
        with writing(engine) as connection:
            n = connection.execute(text("SELECT n FROM counted")).scalar_one()
            connection.execute(text("UPDATE counted SET n = :n"), {"n": n + 1})
    engine.dispose()


def test_of_writers_in_several_processes_none_overwrites_another(
    engine: Engine, database_url: str
) -> None:
    in_processes(count_up, [(database_url, 30)] * PROCESSES)
    with reading(engine) as connection:
        assert connection.execute(text("SELECT n FROM counted")).scalar_one() == 30 * PROCESSES
    engine.dispose()


def test_a_reader_sees_one_moment_and_the_next_reader_the_newest(
    engine: Engine, database_url: str
) -> None:
    with reading(engine) as connection:
        assert connection.execute(text("SELECT n FROM counted")).scalar_one() == 0
        writer = threading.Thread(target=count_up, args=(database_url, 1))
        writer.start()
        writer.join()
        assert connection.execute(text("SELECT n FROM counted")).scalar_one() == 0
    with reading(engine) as connection:
        assert connection.execute(text("SELECT n FROM counted")).scalar_one() == 1
    engine.dispose()


def test_what_fails_leaves_nothing_and_a_drivers_error_is_unavailable(engine: Engine) -> None:
    def fail() -> None:
        with writing(engine) as connection:
            connection.execute(text("UPDATE counted SET n = 7"))
            connection.execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(Unavailable, match="nothing was acknowledged"):
        fail()
    with reading(engine) as connection:
        assert connection.execute(text("SELECT n FROM counted")).scalar_one() == 0
    engine.dispose()


def test_a_place_where_no_database_can_be_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "registry.sqlite").mkdir()
    engine = open_engine(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    for way in (reading, writing):
        with pytest.raises(Unavailable), way(engine):
            pass


def test_a_commit_on_sqlite_is_synced_and_one_of_the_nonces_is_not(tmp_path: Path) -> None:
    for durable, level in ((True, 2), (False, 0)):
        engine = open_engine(f"sqlite:///{tmp_path / 'new folder' / 'r.sqlite'}", durable=durable)
        with reading(engine) as connection:
            assert connection.execute(text("PRAGMA synchronous")).scalar_one() == level
            assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        engine.dispose()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_transaction_that_sqlite_ended_by_itself_does_not_stand(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("CREATE UNIQUE INDEX one ON counted (n)"))
    with writing(engine) as connection:
        connection.execute(text("UPDATE counted SET n = 7"))
        assert stands(connection)
        with pytest.raises(IntegrityError):
            connection.execute(text("INSERT INTO counted SELECT n FROM counted"))
        assert stands(connection), "only the statement failed"
        with pytest.raises(IntegrityError):
            connection.execute(text("INSERT OR ROLLBACK INTO counted SELECT n FROM counted"))
        assert not stands(connection)
    engine.dispose()


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("last", ["SELECT 1/0", "SELECT pg_terminate_backend(pg_backend_pid())"])
def test_a_transaction_that_postgresql_carries_nothing_out_in_does_not_stand(
    engine: Engine, last: str
) -> None:
    seen: list[bool] = []

    def write(connection: Connection) -> None:
        seen.append(stands(connection))
        try:
            connection.execute(text(last))
        finally:
            seen.append(stands(connection))

    with pytest.raises(Unavailable), writing(engine) as connection:
        write(connection)
    assert seen == [True, False]
    engine.dispose()
