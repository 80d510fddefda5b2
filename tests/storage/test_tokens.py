"""Personal tokens: only a digest is kept, each is its rightsholder's, and revoked once."""

import hashlib

from sqlalchemy import select

from registry.storage.tables import tokens
from registry.storage.tokens import Token
from tests.registries import Desk


def test_a_token_is_found_by_its_secret_alone_and_the_secret_is_kept_nowhere(desk: Desk) -> None:
    token = Token("id", "holder", "laptop", 5)
    with desk.registry.bookkeeping() as uow:
        uow.tokens.add(token, "crt_secret")
        assert uow.tokens.find("crt_secret") == token
        assert uow.tokens.find("crt_Secret") is None
        assert uow.tokens.find("") is None
        row = uow.connection.execute(select(tokens)).one()
    assert row.digest == hashlib.sha256(b"crt_secret").digest()
    assert "crt_secret" not in map(str, row)


def test_a_revoked_token_is_still_known_as_such(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.tokens.add(Token("id", "holder", "laptop", 5), "crt_secret")
        assert uow.tokens.revoke("id", 9)
        assert not uow.tokens.revoke("id", 10)
        assert not uow.tokens.revoke("other", 10)
        assert uow.tokens.of("holder") == [Token("id", "holder", "laptop", 5, 9)]
        assert uow.tokens.of("another") == []
