"""`registry tokens`."""

from collections.abc import Callable

import pytest

from registry.bootstrap import Registry
from registry.errors import Unauthenticated
from registry.services.open_account import authenticate_token
from tests.cli.conftest import Command, Held


def test_a_token_works_until_it_is_revoked(
    command: Command, registry: Registry, hold: Callable[..., Held]
) -> None:
    held = hold()
    issued = command.json("tokens", "add", "--rightsholder", held.rightsholder)
    authorization = f"Bearer {issued['secret']}"
    with registry.reading() as uow:
        assert authenticate_token(uow, authorization).rightsholder == held.rightsholder
    assert command.json("tokens", "revoke", issued["token"])["state"] == "revoked"
    with registry.reading() as uow, pytest.raises(Unauthenticated):
        authenticate_token(uow, authorization)
    assert "no token" in command("tokens", "revoke", issued["token"], code=1).stderr


def test_the_secret_is_shown_once_and_said_to_be(
    command: Command, hold: Callable[..., Held]
) -> None:
    shown = command("tokens", "add", "--rightsholder", hold().rightsholder, "--label", "plug-in")
    assert "secret        crt_" in shown.stdout
    assert "shown this once" in shown.stdout
