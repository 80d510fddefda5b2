"""What a cursor on SQLite keeps holds in the moment that is seen: whoever commits anything ends it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.storage import watched_cursor
from registry.storage.watched_cursor import WatchedCursor
from tests.parallel import in_processes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


def opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE IF NOT EXISTS things (name TEXT)")
    return connection


@pytest.fixture
def other(path: Path) -> Iterator[sqlite3.Connection]:
    connection = opened(path)
    yield connection
    connection.close()


@pytest.fixture
def cursor(path: Path, other: sqlite3.Connection) -> Iterator[WatchedCursor]:
    cursor = WatchedCursor(opened(path))
    yield cursor
    cursor.close()


def counted(cursor: WatchedCursor) -> int:
    cursor.execute("SELECT count(*) FROM things")
    found: int = cursor.fetchone()[0]
    return found


def remember(cursor: WatchedCursor) -> None:
    cursor.begin()
    cursor.unchanged["count"] = counted(cursor)
    cursor.end()


def insert(path: Path) -> None:
    connection = opened(path)
    connection.execute("INSERT INTO things VALUES ('elsewhere')")
    connection.close()


def test_it_is_kept_from_moment_to_moment_while_nobody_writes(
    cursor: WatchedCursor, other: sqlite3.Connection
) -> None:
    remember(cursor)
    other.execute("SELECT * FROM things").fetchall()
    other.executescript("BEGIN IMMEDIATE; INSERT INTO things VALUES ('taken back'); ROLLBACK")
    cursor.begin()
    assert cursor.unchanged == {"count": 0}
    cursor.end()


def test_whatever_is_committed_in_this_process_or_another_ends_it(
    path: Path, cursor: WatchedCursor, other: sqlite3.Connection
) -> None:
    for write in (
        lambda: other.execute("INSERT INTO things VALUES ('here')"),
        lambda: in_processes(insert, [(path,)]),
        lambda: other.execute("DELETE FROM things"),
        lambda: other.execute("CREATE TABLE more (name TEXT)"),
        lambda: other.execute("VACUUM"),
    ):
        remember(cursor)
        write()
        cursor.begin()
        assert cursor.unchanged == {}
        cursor.end()


def test_what_is_written_within_a_moment_is_neither_seen_nor_missed(
    cursor: WatchedCursor, other: sqlite3.Connection
) -> None:
    """What is read before and after the write is of the old moment, and may not outlive it."""
    cursor.begin()
    other.execute("INSERT INTO things VALUES ('one')")
    cursor.unchanged["count"] = counted(cursor)
    assert cursor.unchanged == {"count": 0}
    cursor.end()
    cursor.begin()
    assert cursor.unchanged == {}
    assert counted(cursor) == 1
    cursor.end()


def test_a_checkpoint_of_the_journal_changes_nothing_that_was_read(
    cursor: WatchedCursor, other: sqlite3.Connection
) -> None:
    other.execute("INSERT INTO things VALUES ('one')")
    remember(cursor)
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    cursor.begin()
    assert cursor.unchanged.get("count", 1) == counted(cursor) == 1
    cursor.end()
    other.execute("INSERT INTO things VALUES ('two')")  # the journal begins anew
    cursor.begin()
    assert cursor.unchanged == {}
    assert counted(cursor) == 2
    cursor.end()


def test_it_keeps_no_more_than_so_much(
    cursor: WatchedCursor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched_cursor, "MOST_UNCHANGED", 3)
    for number in range(4):
        cursor.begin()
        cursor.unchanged[str(number)] = number
        cursor.end()
    cursor.begin()
    assert cursor.unchanged == {}
    cursor.end()
