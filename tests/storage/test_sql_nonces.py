"""Nonces in PostgreSQL, beyond what holds of stores of both kinds (test_nonces.py): its losses, and its sweeping."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from registry.errors import Unavailable
from registry.storage import sql_nonces
from registry.storage.engine import open_engine, writing
from registry.storage.sql_nonces import SqlNonces

NOW = 1_790_000_000_000


@pytest.fixture
def url(fresh_database) -> str:
    return fresh_database("postgresql").replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture
def store(url: str) -> Iterator[SqlNonces]:
    store = SqlNonces(open_engine(url))
    store.prepare(NOW)
    yield store
    store.close()


def by_hand(url: str, statement: str) -> list[str]:
    engine = open_engine(url)
    with writing(engine) as connection:
        result = connection.execute(text(statement))
        found = [row[0] for row in result] if result.returns_rows else []
    engine.dispose()
    return found


def test_a_store_that_lost_everything_has_no_birth_until_it_is_prepared_anew(url, store) -> None:
    by_hand(url, "DELETE FROM nonces")
    with pytest.raises(Unavailable):
        store.born_at()
    store.prepare(NOW + 1000)
    assert store.born_at() == NOW + 1000


def test_a_store_emptied_while_in_use_is_born_anew_by_the_next_request_which_fails(
    url, store
) -> None:
    by_hand(url, "DELETE FROM nonces")
    with pytest.raises(Unavailable):
        store.spend_since("key", "nonce", until=NOW + 5, now=NOW + 2000)
    assert store.spend_since("key", "other", until=NOW + 5, now=NOW + 3000) == NOW + 2000


def test_what_is_over_is_swept_away_and_the_birth_stays(
    url, store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql_nonces, "_SWEEP_EVERY", 4)
    for n in range(4):
        assert store.spend("key", f"nonce-{n}", until=NOW + n, now=NOW + 2)
    kept = by_hand(url, "SELECT nonce FROM nonces WHERE keyid = 'key'")
    assert sorted(kept) == ["nonce-2", "nonce-3"]
    assert store.born_at() == NOW
