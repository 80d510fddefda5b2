"""Statements straight to libpq: what psycopg's own cursor gives for the same ones, errors as its errors, other threads
not kept waiting."""

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import make_url

from registry.storage.prepared_cursor import PreparedCursor


@pytest.fixture
def connection(postgresql_url: str) -> Iterator[psycopg.Connection]:
    url = make_url(postgresql_url).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as made:
        made.autocommit = True
        made.execute("CREATE TEMP TABLE things (key BYTEA, name TEXT, size BIGINT)")
        made.execute(
            "INSERT INTO things VALUES (%s, 'one', 1), (%s, 'zw\u00f6i', -2), (NULL, NULL, NULL)",
            (b"\x00\xff", b""),
        )
        yield made


@pytest.mark.parametrize(
    ("statement", "parameters"),
    [
        ("SELECT key, name, size FROM things ORDER BY size", ()),
        ("SELECT name FROM things WHERE size < %s AND key = %s", (2**62, b"\x00\xff")),
        ("SELECT size FROM things WHERE key = ANY(%s) ORDER BY 1", ([b"\x00\xff", b"", b"no"],)),
        ("SELECT key FROM things WHERE name = ANY(%s)", (["zw\u00f6i"],)),
        ("SELECT key FROM things WHERE name = ANY(%s)", ([],)),
        ("SELECT name FROM things WHERE size = ANY(%s) ORDER BY 1", ([-2, 2**62, 1],)),
        ("SELECT name FROM things WHERE size = %s", (-2,)),
    ],
)
def test_it_gives_what_psycopgs_cursor_gives(
    connection: psycopg.Connection, statement: str, parameters: tuple[object, ...]
) -> None:
    expected = connection.cursor(binary=True).execute(statement, parameters).fetchall()
    cursor = PreparedCursor(connection)
    for _ in range(2):  # prepared, then used again
        assert cursor.execute(statement, parameters).fetchall() == expected
        assert cursor.fetchone() == (expected[0] if expected else None)
        assert cursor.rowcount == len(expected)


def test_it_says_how_many_rows_were_changed(connection: psycopg.Connection) -> None:
    cursor = PreparedCursor(connection)
    change = "UPDATE things SET size = size + 1 WHERE size > %s"
    assert cursor.execute(change, (-5,)).rowcount == 2
    assert cursor.execute(change, (100,)).rowcount == 0
    assert cursor.fetchall() == []


def test_what_the_server_refuses_is_the_drivers_error(connection: psycopg.Connection) -> None:
    cursor = PreparedCursor(connection)
    with pytest.raises(psycopg.errors.UndefinedTable):
        cursor.execute("SELECT 1 FROM nowhere")
    with pytest.raises(psycopg.errors.DivisionByZero):
        cursor.execute("SELECT 1 / size FROM things WHERE size > %s AND 1 / (size - 1) > 0", (0,))
    with pytest.raises(psycopg.errors.SyntaxError):
        cursor.say(b"BEGIN AND SO ON")
    with pytest.raises(psycopg.Error):
        cursor.execute("SELECT name FROM things WHERE name = %s", ("a\x00b",))
    connection.close()
    with pytest.raises(psycopg.OperationalError):
        cursor.say(b"BEGIN")


def test_a_value_of_a_type_that_look_ups_do_not_send_is_refused(
    connection: psycopg.Connection,
) -> None:
    with pytest.raises(TypeError, match="no float"):
        PreparedCursor(connection).execute("SELECT name FROM things WHERE size = %s", (1.5,))


def test_a_column_of_a_type_that_look_ups_do_not_read_is_refused(
    connection: psycopg.Connection,
) -> None:
    with pytest.raises(TypeError, match="701"):
        PreparedCursor(connection).execute("SELECT size::double precision FROM things")


def test_while_the_store_works_other_threads_go_on(connection: psycopg.Connection) -> None:
    """It waits for a lock that another connection holds, and that nobody could let go of if they had to wait, too."""
    connection.execute("SET lock_timeout = '60s'")
    cursor, given = PreparedCursor(connection), []

    def take() -> None:
        given.append(cursor.execute("SELECT 1::bigint FROM pg_advisory_lock(4711)").fetchall())

    waiting = threading.Thread(target=take)
    with psycopg.connect(connection.info.dsn, password=connection.info.password) as other:
        other.autocommit = True
        other.execute("SELECT pg_advisory_lock(4711)")
        waiting.start()
        begun = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while other.execute(begun).fetchone() != (1,):
            assert waiting.is_alive()
            time.sleep(0.01)
        assert given == []
        other.execute("SELECT pg_advisory_unlock(4711)")
        waiting.join()
    assert given == [[(1,)]]


def test_one_plan_serves_all_and_goes_by_the_indexes_where_nobody_gathered_statistics(
    connection: psycopg.Connection,
) -> None:
    """A plan made anew for each array takes ten times as long as carrying it out; one that reads tables, longer."""
    connection.execute("CREATE TEMP TABLE many (key BYTEA PRIMARY KEY, name TEXT)")
    connection.execute("INSERT INTO many SELECT int4send(n), n FROM generate_series(1, 2000) n")
    cursor = PreparedCursor(connection)
    statement = "SELECT name FROM many WHERE key = ANY(%s)"
    for number in range(8):
        keys = [n.to_bytes(4) for n in range(1, 2 + number)]
        assert len(cursor.execute(statement, (keys,)).fetchall()) == 1 + number
    plans = connection.execute(
        "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name LIKE 'look-up%'"
    ).fetchall()
    assert plans == [(8, 0)]
    explained = connection.execute("EXPLAIN EXECUTE \"look-up 0\" ('{}')").fetchall()
    assert "Index" in " ".join(line for (line,) in explained)
    assert "Seq Scan" not in " ".join(line for (line,) in explained)
