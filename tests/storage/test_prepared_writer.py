"""Prebuilt statements straight to libpq: in one transaction with what SQLAlchemy does, in its order, errors as the
driver's, other threads not kept waiting."""

import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest
from sqlalchemy import Engine, bindparam, create_engine, func, insert, select, text, update

from registry.errors import Unavailable
from registry.storage.engine import open_engine, writing
from registry.storage.prebuilt import Prebuilt, sent_together
from registry.storage.prepared_writer import PreparedWriter, writer_on
from registry.storage.tables import idempotency, log_tiles
from registry.storage.wired import Wired
from tests.conftest import FreshDatabase

ADD = Prebuilt(insert(log_tiles))
FIND = Prebuilt(
    select(log_tiles.c.number, log_tiles.c.hashes).where(log_tiles.c.level == bindparam("level"))
)
CHANGE = Prebuilt(
    update(log_tiles)
    .where(log_tiles.c.number == bindparam("place"))
    .values(hashes=bindparam("new"))
)
COUNT = select(func.count()).select_from(log_tiles)


def tile(number: int, hashes: bytes = b"x") -> dict[str, object]:
    return {"level": 3, "number": number, "hashes": hashes}


@pytest.fixture
def engine(fresh_database: FreshDatabase) -> Iterator[Engine]:
    made = open_engine(fresh_database("postgresql"))
    try:
        with made.begin() as connection:
            log_tiles.create(connection)
            idempotency.create(connection)
        yield made
    finally:
        made.dispose()


def test_what_is_sent_together_is_there_for_whoever_asks_next_also_by_sqlalchemy(
    engine: Engine,
) -> None:
    with writing(engine) as connection, sent_together(connection):
        ADD.run(connection, [tile(1), tile(2)])
        assert FIND.rows(connection, {"level": 3}) == [(1, b"x"), (2, b"x")]
        ADD.run(connection, [tile(3)])
        assert connection.scalar(COUNT) == 3
        CHANGE.run(connection, [{"place": 3, "new": b"\0new"}])
    with writing(engine) as connection:
        assert FIND.rows(connection, {"level": 3}) == [(1, b"x"), (2, b"x"), (3, b"\0new")]
        assert CHANGE.run(connection, [{"place": n, "new": b""} for n in (2, 3, 4)]) == 2


def test_several_questions_in_one_message_give_the_rows_of_each_in_their_order(
    engine: Engine,
) -> None:
    with writing(engine) as connection:
        ADD.run(connection, [tile(1), tile(2), {**tile(7), "level": 0}])
        each = [{"level": 0}, {"level": 5}, {"level": 3}]
        assert [n for n, _ in FIND.rows_of_each(connection, each)] == [7, 1, 2]
        assert FIND.rows_of_each(connection, []) == []


def test_what_was_read_ahead_is_given_once_and_never_after_anything_was_written(
    engine: Engine,
) -> None:
    every = Prebuilt(select(log_tiles.c.number).order_by(log_tiles.c.number))
    with writing(engine, [every]) as connection:
        assert every.rows(connection) == []
        ADD.run(connection, [tile(1)])
        assert every.rows(connection) == [(1,)]
    with writing(engine, [every]) as connection:
        ADD.run(connection, [tile(2)])
        assert every.rows(connection) == [(1,), (2,)]
    with writing(engine, [every]) as connection:
        connection.execute(insert(log_tiles), tile(3))
        assert every.rows(connection) == [(1,), (2,), (3,)]


def test_what_fails_among_what_was_sent_together_is_told_and_nothing_of_it_stays(
    engine: Engine,
) -> None:
    def fail() -> None:
        with writing(engine) as connection, sent_together(connection):
            ADD.run(connection, [tile(1), tile(1)])
            CHANGE.run(connection, [{"place": 1, "new": b""}])

    for _ in range(2):  # the second time on the same connection
        with pytest.raises(Unavailable) as raised:
            fail()
        assert isinstance(raised.value.__cause__, psycopg.errors.UniqueViolation)
    with writing(engine) as connection:
        assert FIND.rows(connection, {"level": 3}) == []
        assert CHANGE.run(connection, [{"place": 1, "new": b""}]) == 0


def test_an_error_of_the_callers_own_leaves_the_connection_fit(engine: Engine) -> None:
    def fail() -> None:
        with writing(engine) as connection, sent_together(connection):
            ADD.run(connection, [tile(1)])
            raise KeyError("its own")

    with pytest.raises(KeyError, match="its own"):
        fail()
    with writing(engine) as connection:
        with pytest.raises(struct.error):
            ADD.run(connection, [tile(1), {**tile(2), "number": "no number"}])
        assert connection.scalar(text("SELECT 1")) == 1


@pytest.mark.parametrize("rolled_back", [True, False])
def test_statements_that_the_server_was_made_to_forget_are_prepared_again(
    engine: Engine, rolled_back: bool
) -> None:
    for turn in range(8):  # from the sixth time on psycopg has statements of its own to forget
        with writing(engine) as connection:
            ADD.run(connection, [tile(turn)])
            connection.scalar(COUNT)
            pid = connection.scalar(text("SELECT pg_backend_pid()"))
            if rolled_back:
                connection.get_transaction().rollback()
            else:
                connection.execute(text("CREATE TEMP TABLE gone (n INTEGER)"))
                connection.execute(text("DROP TABLE gone"))
                assert CHANGE.run(connection, [{"place": turn, "new": b""}]) == 1
    with writing(engine) as connection:
        assert len(FIND.rows(connection, {"level": 3})) == (0 if rolled_back else 8)
        assert connection.scalar(text("SELECT pg_backend_pid()")) == pid


def test_a_connection_that_is_lost_on_the_way_is_unavailable_and_another_takes_its_place(
    engine: Engine,
) -> None:
    die = Wired("SELECT pg_terminate_backend(pg_backend_pid())", ())

    def lose() -> None:
        with writing(engine) as connection, sent_together(connection):
            ADD.run(connection, [tile(1)])
            writer_on(connection).run(die, [{}])
            ADD.run(connection, [tile(n, bytes(100_000)) for n in range(2, 30)])

    with pytest.raises(Unavailable):
        lose()
    with writing(engine) as connection:
        assert FIND.rows(connection, {"level": 3}) == []


def test_many_rows_larger_than_any_buffer_arrive_with_their_gaps(engine: Engine) -> None:
    rows = [
        {"owner": f"ö{n}", "key": "k", "request_digest": bytes([n % 256]) * 9_000, "status": n}
        | {"body": b"", "created_at": -(2**40) + n}
        for n in range(400)
    ]
    with writing(engine) as connection:
        assert Prebuilt(insert(idempotency)).run(connection, rows) == 400
    with writing(engine) as connection:
        found = connection.execute(select(idempotency).order_by(idempotency.c.status))
        assert [dict(row._mapping) for row in found] == rows


def test_while_the_store_works_other_threads_go_on(engine: Engine) -> None:
    sleep = Wired("SELECT 1 FROM pg_sleep(0.4)", ())
    begun, steps = threading.Event(), 0

    def wait() -> None:
        with writing(engine) as connection, sent_together(connection):
            writer_on(connection).run(sleep, [{}])
            begun.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert begun.wait(60)
    while waiting.is_alive():
        steps += 1
        time.sleep(0.01)
    waiting.join()
    assert steps > 5


def test_what_changes_rows_and_gives_some_back_outdates_what_was_read_ahead(engine: Engine) -> None:
    every = Prebuilt(select(log_tiles.c.number, log_tiles.c.hashes))
    change = Prebuilt(
        update(log_tiles).values(hashes=bindparam("new")).returning(log_tiles.c.number)
    )
    with writing(engine) as connection:
        ADD.run(connection, [tile(1)])
    with writing(engine, [every]) as connection:
        assert change.rows(connection, {"new": b"new"}) == [(1,)]
        assert every.rows(connection) == [(1, b"new")]


def test_a_transaction_in_which_a_failure_was_passed_over_is_not_acknowledged(
    engine: Engine,
) -> None:
    def adds_one_twice() -> None:
        with writing(engine) as connection:
            ADD.run(connection, [tile(1)])
            with suppress(psycopg.Error):
                ADD.run(connection, [tile(1)])

    with pytest.raises(Unavailable):
        adds_one_twice()
    with writing(engine) as connection:
        assert connection.scalar(COUNT) == 0


def test_a_value_that_cannot_be_written_leaves_the_transaction_as_it_was(engine: Engine) -> None:
    keep = Prebuilt(insert(idempotency))
    reply = {"owner": "ö", "key": "k", "request_digest": b"", "status": 1, "body": b"", "created_at": 1}  # fmt: skip
    with writing(engine) as connection:
        ADD.run(connection, [tile(1)])
        with pytest.raises(psycopg.DataError):
            keep.run(connection, [{**reply, "key": "a\0b"}])
        with pytest.raises(struct.error):
            FIND.rows_of_each(connection, [{"level": 3}, {"level": "no"}])
        assert CHANGE.run(connection, [{"place": 1, "new": b"new"}]) == 1
    with writing(engine) as connection:
        assert FIND.rows(connection, {"level": 3}) == [(1, b"new")]


def test_text_is_utf_8_whatever_the_address_asks_for(engine: Engine) -> None:
    keep = Prebuilt(insert(idempotency))
    address = engine.url.update_query_dict({"client_encoding": "latin1"})
    latin = open_engine(address.render_as_string(hide_password=False))
    reply = {"owner": "ö", "key": "k", "request_digest": b"", "status": 1, "body": b"", "created_at": 1}  # fmt: skip
    with writing(latin) as connection:
        keep.run(connection, [reply])
        assert connection.scalar(select(idempotency.c.owner)) == "ö"
    latin.dispose()


def test_a_statement_whose_table_was_changed_beside_it_works_again_at_the_second_try(
    engine: Engine,
) -> None:
    with writing(engine) as connection:
        FIND.rows(connection, {"level": 3})
    other = create_engine(engine.url)
    with other.begin() as beside:
        beside.execute(text("ALTER TABLE log_tiles ALTER COLUMN number TYPE INTEGER"))
    other.dispose()
    with pytest.raises(Unavailable), writing(engine) as connection:
        FIND.rows(connection, {"level": 3})
    with writing(engine) as connection:
        assert FIND.rows(connection, {"level": 3}) == []


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
def test_whoever_interrupts_a_writer_is_told_so_and_the_next_one_writes(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, interrupt: type[BaseException]
) -> None:
    def interrupted(*_: object) -> None:
        raise interrupt

    with monkeypatch.context() as waiting:
        waiting.setattr(PreparedWriter, "_next", interrupted)
        with pytest.raises(interrupt), writing(engine):
            pass
    with writing(engine) as connection:
        ADD.run(connection, [tile(1)])

    def interrupted_later() -> None:
        with writing(engine) as connection, sent_together(connection):
            ADD.run(connection, [tile(2)])
            raise interrupt

    with pytest.raises(interrupt):
        interrupted_later()
    with writing(engine) as connection:
        assert connection.scalar(COUNT) == 1
