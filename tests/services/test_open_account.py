"""Rightsholders and tokens: a secret shown once, one holder each, nobody after it is revoked."""

import pytest

from registry.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from registry.services.open_account import (
    TOKEN_PREFIX,
    acts_for,
    authenticate_token,
    issue_token,
    register_rightsholder,
    revoke_token,
)
from tests.registries import STEWARD, Desk


def test_a_token_acts_for_its_rightsholder_until_it_is_revoked(desk: Desk) -> None:
    holder, other = desk.rightsholder(), desk.rightsholder("R2")
    with desk.registry.writing() as ledger:
        token, secret = issue_token(ledger, holder, " laptop ", STEWARD)
    assert secret.startswith(TOKEN_PREFIX)
    assert token.label == "laptop"
    with desk.registry.reading() as uow:
        found = authenticate_token(uow, f"bearer  {secret} ")
        assert acts_for(found, None) == acts_for(found, holder) == holder
        with pytest.raises(Forbidden):
            acts_for(found, other)
    with desk.registry.writing() as ledger:
        revoke_token(ledger, token.id, STEWARD)
        with pytest.raises(NotFound) as raised:
            revoke_token(ledger, token.id, STEWARD)
    assert raised.value.field == "token"
    with desk.registry.reading() as uow, pytest.raises(Unauthenticated, match="revoked"):
        authenticate_token(uow, f"Bearer {secret}")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer  ", "Basic abc", "Bearer crt_x"])
def test_nobody_is_let_in_without_a_token_that_stands(desk: Desk, header: str | None) -> None:
    with desk.registry.reading() as uow, pytest.raises(Unauthenticated) as raised:
        authenticate_token(uow, header)
    assert raised.value.field == "Authorization"


@pytest.mark.parametrize("name", ["", " ", "two\nlines", "x" * 201, "\u202ereversed"])
def test_a_name_is_one_readable_line(desk: Desk, name: str) -> None:
    with desk.registry.writing() as ledger, pytest.raises(InvalidInput) as raised:
        register_rightsholder(ledger, name, STEWARD)
    assert raised.value.field == "name"


def test_no_token_for_nobody(desk: Desk) -> None:
    with desk.registry.writing() as ledger, pytest.raises(NotFound) as raised:
        issue_token(ledger, "no id", "x", STEWARD)
    assert raised.value.field == "rightsholder"
