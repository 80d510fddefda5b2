"""Plain keys are kept as digests, and revoked once."""

from sqlalchemy import select

from registry.storage.query_keys import QueryKey
from registry.storage.secret_digest import secret_digest
from registry.storage.tables import query_keys
from tests.registries import Desk


def test_the_secret_itself_is_kept_nowhere(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.query_keys.add(QueryKey("k", "p", "loader", 5), "crq_secret")
        row = uow.connection.execute(select(query_keys)).one()
    assert row.digest == secret_digest("crq_secret")
    assert "crq_secret" not in map(str, row)


def test_a_key_is_revoked_once_and_listed_with_its_platform(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.query_keys.add(QueryKey("k", "p", "loader", 5), "crq_secret")
        assert uow.query_keys.revoke("k", 7) == "p"
        assert uow.query_keys.revoke("k", 8) is None
        assert uow.query_keys.of("p") == [QueryKey("k", "p", "loader", 5, 7)]
        assert uow.query_keys.of("q") == []
