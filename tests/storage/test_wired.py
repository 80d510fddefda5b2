"""Statements as libpq takes them: which ones it can have, and that what it is given is what psycopg would read."""

import psycopg
import pytest
from sqlalchemy import (
    JSON,
    Column,
    Integer,
    MetaData,
    Table,
    bindparam,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import psycopg as dialect
from sqlalchemy.engine import make_url

from registry.storage.tables import log_tiles, record_status
from registry.storage.wired import rows_of, wired, wired_of_arrays


def compiled(statement: object) -> object:
    return statement.compile(dialect=dialect.dialect())  # type: ignore[attr-defined,no-untyped-call]


def test_parameters_are_numbered_once_each_and_a_percent_sign_is_one() -> None:
    place = bindparam("place", type_=Integer)
    found = wired(compiled(select(place, place + 1, literal("a").label("x%"))))
    assert found is not None
    assert found.text.count(b"$1") == 2
    assert b"%(" not in found.text
    assert b'"x%"' in found.text


def test_what_has_parameters_of_other_types_goes_another_way() -> None:
    assert wired(compiled(select(bindparam("untyped")))) is None
    table = Table("t", MetaData(), Column("n", Integer), Column("j", JSON))
    assert wired(compiled(insert(table))) is None
    assert wired_of_arrays(compiled(insert(table))) is None
    kept = postgresql.insert(log_tiles)
    kept = kept.on_conflict_do_update(index_elements=["level"], set_={"number": bindparam("n")})
    assert wired_of_arrays(compiled(kept)) is None


def test_arrays_hold_each_rows_value_and_where_there_is_none(postgresql_url: str) -> None:
    found = wired_of_arrays(compiled(insert(record_status)))
    assert found is not None
    columns = {"record": ["a", "ö"], "list": [1, -2], "position": [0, 3], "ends_at": [2**40, None]}
    url = make_url(postgresql_url).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        connection.execute(
            "CREATE TEMP TABLE record_status (record TEXT, list INT, position INT, ends_at BIGINT)"
        )
        pgconn = connection.pgconn
        pgconn.prepare(b"add", found.text)
        pgconn.exec_prepared(b"add", found.values(columns), found.formats, 1)
        rows = connection.execute("SELECT * FROM record_status").fetchall()
        assert rows == [("a", 1, 0, 2**40), ("ö", -2, 3, None)]
        result = pgconn.exec_params(b"SELECT * FROM record_status", None, result_format=1)
        assert rows_of(result) == rows
        with pytest.raises(TypeError, match="701"):
            rows_of(pgconn.exec_params(b"SELECT 1::float8", None, result_format=1))


def test_counting_gives_what_can_be_read() -> None:
    assert wired(compiled(select(func.max(record_status.c.ends_at)))) is not None
