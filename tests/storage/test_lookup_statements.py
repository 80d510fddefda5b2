"""The texts of look-ups: what SQLite makes of them, and that they are few."""

import itertools
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.storage.engine import open_engine, reading, writing
from registry.storage.lookup_statements import (
    CHANGED_SINCE,
    FEW,
    MOST_MARKS,
    ON_POSTGRESQL,
    ON_SQLITE,
    SMALL_ROUNDS,
    padded,
    with_arrays,
    with_marks,
)
from registry.storage.schema import metadata


def test_every_part_of_a_round_goes_by_an_index_and_locations_by_the_small_one(
    tmp_path: Path,
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'r.sqlite'}")
    with writing(engine) as connection:
        metadata.create_all(connection)
    statement = with_marks(tuple(ON_SQLITE), (2, 3, 1))
    with reading(engine) as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (b"",) * 6).all()
    steps = [row[3] for row in plan]
    assert not any("SCAN" in step for step in steps)
    assert sum("COVERING INDEX ix_subject_keys_locations" in step for step in steps) == 1
    engine.dispose()


def test_what_has_changed_goes_by_the_small_index(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'r.sqlite'}")
    with writing(engine) as connection:
        metadata.create_all(connection)
    with reading(engine) as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {CHANGED_SINCE['?']}", (1,)).all()
    assert [row[3] for row in plan] == [
        "SEARCH dossiers USING COVERING INDEX ix_dossiers_shared (since>?)"
    ]
    engine.dispose()


@pytest.mark.parametrize("with_holders", [False, True])
def test_postgresql_takes_them(database_url: str, with_holders: bool) -> None:
    engine = open_engine(database_url)
    if engine.dialect.name == "postgresql":
        with writing(engine) as connection:
            metadata.create_all(connection)
            statement = with_arrays(tuple(ON_POSTGRESQL[with_holders]))
            key = [b"\0" * 32]
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", (key, key, ["id"]))
            assert "Seq Scan" not in "\n".join(row[0] for row in plan)
    engine.dispose()


def test_the_small_rounds_are_those_of_few_keys() -> None:
    assert SMALL_ROUNDS[1, 2] == with_marks(tuple(ON_SQLITE)[:2], (1, 2))
    assert SMALL_ROUNDS[0, FEW] == with_marks((ON_SQLITE.places,), (FEW,))
    pairs = itertools.product(range(FEW + 1), repeat=2)
    assert set(SMALL_ROUNDS) == {pair for pair in pairs if sum(pair) <= FEW}


def test_values_are_padded_with_the_last_to_one_of_few_numbers() -> None:
    assert padded(["a", "b", "c"]) == ["a", "b", "c"]
    assert padded([*"abcdefghi"]) == [*"abcdefghi"] + ["i"] * 23
    widths = {len(padded([0] * count)) for count in range(1, MOST_MARKS + 1)}
    assert len(widths) <= FEW + 5
    assert max(widths) < 32_766 // 3, "SQLite takes so many parameters, here for three parts"


def test_on_postgresql_the_id_of_the_first_rightsholder_is_found_whatever_a_title_says(
    database_url: str,
) -> None:
    engine = open_engine(database_url)
    if engine.dialect.name != "postgresql":
        return  # there the next round reads them
    with writing(engine) as connection:
        metadata.create_all(connection)
        id = "01a2031c-3575-7ea2-8722-45469e67a4e9"
        bodies = {
            "plain": f'{{"title":"T","claims":[{{"rightsholder":"{id}"}}]}}',
            "quoting": f'{{"title":"\\"rightsholder\\":\\"no","claims":[{{"rightsholder":"{id}"}}]}}',
            "accents": f'{{"title":"Ä\\u0000","claims":[{{"rightsholder":"{id}"}}]}}',
            "none": '{"title":"Ä"}',
            id: "the rightsholder",
        }
        for number, (name, body) in enumerate(bodies.items()):
            given = {"id": name, "body": body.encode(), "key": bytes([number])}
            connection.execute(
                text("INSERT INTO dossiers (id, kind, since, body) VALUES (:id, 'x', 0, :body)"),
                given,
            )
            connection.execute(
                text("INSERT INTO subject_keys (key, id, kind) VALUES (:key, :id, 'work')"), given
            )
        keys = [bytes([number]) for number in range(4)]
        rows = connection.exec_driver_sql(with_arrays(ON_POSTGRESQL[True][:1]), (keys,)).all()
        holders = {row[1]: None if row[4] is None else bytes(row[4]) for row in rows}
        found = b"the rightsholder"
        assert holders == {"plain": found, "quoting": found, "accents": found, "none": None}
    engine.dispose()
