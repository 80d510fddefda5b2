"""A platform's plain key: issued, revoked, in the journal, and its secret nowhere."""

import pytest

from registry.errors import InvalidInput, NotFound
from registry.services.issue_query_key import issue_query_key, revoke_query_key
from registry.storage.secret_digest import secret_digest
from tests.registries import STEWARD, Desk


def platform_of(desk: Desk, secret: str) -> tuple[str, int | None] | None:
    with desk.registry.lookups.transaction() as transaction:
        return transaction.platform_of_query_key(secret_digest(secret))


def test_a_key_leads_to_its_platform_until_it_is_revoked(desk: Desk) -> None:
    platform = desk.platform()
    with desk.registry.writing() as ledger:
        key, secret = issue_query_key(ledger, platform, " loader ", STEWARD)
    desk.clock.forward(1_000)
    with desk.registry.writing() as ledger:
        _, other = issue_query_key(ledger, platform, "", STEWARD)
    assert (key.label, platform_of(desk, secret)) == ("loader", (platform, None))
    with desk.registry.writing() as ledger:
        assert revoke_query_key(ledger, key.id, STEWARD) == platform
    revoked = platform_of(desk, secret)
    assert revoked is not None
    assert revoked[0] == platform
    assert revoked[1] is not None
    assert platform_of(desk, other) == (platform, None)
    assert platform_of(desk, secret + "x") is None
    with desk.registry.reading() as uow:
        assert [(each.label, each.revoked_at) for each in uow.query_keys.of(platform)] == [
            ("loader", revoked[1]),
            ("query key", None),
        ]


def test_what_is_not_there_is_neither_given_a_key_nor_revoked(desk: Desk) -> None:
    platform, nobody = desk.platform(), desk.rightsholder()
    with desk.registry.writing() as ledger:
        with pytest.raises(NotFound, match="no platform"):
            issue_query_key(ledger, nobody, "x", STEWARD)
        with pytest.raises(InvalidInput, match="one line"):
            issue_query_key(ledger, platform, "a\nb", STEWARD)
        key, _ = issue_query_key(ledger, platform, "x", STEWARD)
        revoke_query_key(ledger, key.id, STEWARD)
        with pytest.raises(NotFound, match="no query key"):
            revoke_query_key(ledger, key.id, STEWARD)
