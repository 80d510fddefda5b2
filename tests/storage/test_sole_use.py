"""Alone in a store: refused while anybody is connected, and nobody writes until the end."""

import pytest
from sqlalchemy import make_url, text

from registry.errors import Conflict, Unavailable
from registry.storage import engine as engines
from registry.storage.engine import open_engine, reading, writing
from registry.storage.migrate import migrate
from registry.storage.sole_use import alone_in
from tests.conftest import FreshDatabase


def test_one_open_connection_of_somebody_else_is_enough_to_refuse(database_url: str) -> None:
    mover, other = open_engine(database_url), open_engine(database_url)
    migrate(mover)
    mover.dispose()
    with other.connect() as connection:
        connection.execute(text("SELECT count(*) FROM events"))
        connection.rollback()  # idle, as a server between two questions
        with pytest.raises(Conflict, match="stop the server"), alone_in(mover):
            pass
    other.dispose()
    with alone_in(mover) as connection:
        assert connection.scalar(text("SELECT count(*) FROM events")) == 0
    mover.dispose()


def test_nobody_writes_meanwhile_and_everybody_may_afterwards(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_MS", 100)
    mover, other = open_engine(database_url), open_engine(database_url)
    migrate(mover)
    mover.dispose()
    with alone_in(mover), pytest.raises(Unavailable), writing(other):
        pass
    with writing(other) as connection:
        connection.execute(text("DELETE FROM events"))
    with reading(other) as connection:
        assert connection.scalar(text("SELECT count(*) FROM events")) == 0
    for engine in (mover, other):
        engine.dispose()


def test_another_roles_connection_counts_too(fresh_database: FreshDatabase) -> None:
    url = make_url(fresh_database("postgresql"))
    owner = open_engine(url.render_as_string(hide_password=False))
    roles = [f"{name}_{url.database}" for name in ("mover", "other")]
    engines_of_both = [
        open_engine(url.set(username=role).render_as_string(hide_password=False)) for role in roles
    ]
    with owner.begin() as connection:
        for role in roles:
            connection.execute(text(f'CREATE ROLE "{role}" LOGIN'))
    owner.dispose()
    mover, other = engines_of_both
    try:
        with (
            other.connect() as connection,
            pytest.raises(Conflict, match="1 other connections"),
            alone_in(mover),
        ):
            connection.execute(text("SELECT 1"))
    finally:
        for engine in engines_of_both:
            engine.dispose()
        with owner.begin() as connection:
            for role in roles:
                connection.execute(text(f'DROP ROLE "{role}"'))
        owner.dispose()
