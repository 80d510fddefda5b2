"""Accounts are one person's each; recovery codes and steps of time count once."""

import pytest

from registry.errors import Conflict
from registry.storage.accounts import Account, Identity
from tests.registries import Desk

ADA = Account("a", "Ada@example.org", "ada@example.org", "Ada", "en", 5)


def test_an_account_is_found_by_its_address_and_an_address_has_one(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.accounts.add(ADA)
        assert uow.accounts.by_address("ada@example.org") == uow.accounts.find("a") == ADA
        assert uow.accounts.by_address("x") is uow.accounts.find("x") is None
        with pytest.raises(Conflict):
            uow.accounts.add(Account("b", "x", "ada@example.org", "Eve", "en", 6))
        uow.accounts.change("a", name="Ada L.", password="p")
        changed = uow.accounts.find("a")
        assert changed is not None
        assert (changed.name, changed.password, uow.accounts.count()) == ("Ada L.", "p", 1)


def test_a_step_of_time_counts_once_and_never_backwards(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.accounts.add(ADA)
        assert [uow.accounts.spend_totp_step("a", step) for step in (7, 7, 6, 8)] == [
            True,
            False,
            False,
            True,
        ]


def test_recovery_codes_count_once_and_for_their_account(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.accounts.replace_recovery_codes("a", ["one", "two"], 5)
        assert not uow.accounts.use_recovery_code("b", "one")
        assert uow.accounts.use_recovery_code("a", "one")
        assert not uow.accounts.use_recovery_code("a", "one")
        assert uow.accounts.recovery_codes_left("a") == 1
        uow.accounts.replace_recovery_codes("a", ["three"], 6)
        assert not uow.accounts.use_recovery_code("a", "two")


def test_an_identity_at_a_provider_is_one_account(desk: Desk) -> None:
    identity = Identity("https://p.example", "7", "a", 5)
    with desk.registry.bookkeeping() as uow:
        uow.accounts.add_identity(identity)
        assert uow.accounts.identify("https://p.example", "7") == identity
        assert uow.accounts.identify("https://q.example", "7") is None
        assert uow.accounts.identities("a") == [identity]
        assert not uow.accounts.remove_identity("b", "https://p.example", "7")
        assert uow.accounts.remove_identity("a", "https://p.example", "7")
