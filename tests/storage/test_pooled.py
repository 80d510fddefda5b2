"""A pooled connection that the server has closed meanwhile is never lent, used a moment ago or long ago."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Connection, Engine, text

from registry.storage import pooled
from registry.storage.engine import open_engine, reading, writing


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[Engine]:
    made = open_engine(postgresql_url)
    yield made
    made.dispose()


def pid(connection: Connection) -> int:
    return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


@pytest.mark.parametrize("believed", [3_600.0, 0.0])
def test_a_connection_that_is_gone_is_replaced_before_anybody_uses_it(
    engine: Engine, believed: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooled, "BELIEVED_SECONDS", believed)
    with reading(engine) as one, reading(engine) as other:
        before = {pid(one), pid(other)}
    with writing(engine) as connection:
        assert pid(connection) in before
    with psycopg.connect(
        engine.url.set(drivername="postgresql").render_as_string(hide_password=False),
        autocommit=True,
    ) as killer:
        for each in before:
            killer.execute("SELECT pg_terminate_backend(%s, 60000)", (each,))
    with writing(engine) as one, reading(engine) as other:
        assert not before & {pid(one), pid(other)}


def test_one_that_was_given_back_a_moment_ago_is_believed_and_any_other_is_asked(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    ping = engine.dialect.do_ping
    monkeypatch.setattr(
        engine.dialect, "do_ping", lambda driver: asked.append(driver) or ping(driver)
    )
    monkeypatch.setattr(pooled, "BELIEVED_SECONDS", 3_600.0)
    for _ in range(3):
        with reading(engine):
            pass
    assert asked == []
    monkeypatch.setattr(pooled, "BELIEVED_SECONDS", 0.0)
    with reading(engine):
        pass
    assert len(asked) == 1
