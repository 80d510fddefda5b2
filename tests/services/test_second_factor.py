"""Codes hold for their half minute and its neighbours, once."""

from dataclasses import replace

import pyotp
import pytest

from registry.errors import Unavailable
from registry.services.sealed_secrets import is_sealed
from registry.services.second_factor import (
    SETTING_UP_MS,
    begin_codes,
    code_holds,
    confirm_codes,
    new_recovery_codes,
    totp_step,
    totp_uri,
)
from registry.storage.accounts import Account
from tests.registries import START, Desk

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ADA = Account("ada", "ada@x.org", "ada@x.org", "Ada", "en", 1)


def code_at(secret: str, ms: int) -> str:
    return str(pyotp.TOTP(secret).at(ms // 1000))


def test_a_code_counts_in_its_half_minute_and_the_ones_beside_it(desk: Desk) -> None:
    # RFC 6238, appendix B: the secret 12345678901234567890, the last six of the eight digits
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert totp_step(secret, "287082", 59_000) == 1
    assert totp_step(secret, " 287 082 ", 89_000) == 1
    assert totp_step(secret, "287082", 30_000) == 1
    for late in (90_000, 1_000_000):
        assert totp_step(secret, "287082", late) is None
    for wrong in ("", "28708", "２８７０８２", "287082x"):
        assert totp_step(secret, wrong, 59_000) is None
    assert totp_uri(secret, ADA, "registry.example") == (
        f"otpauth://totp/registry.example:ada%40x.org?secret={secret}&issuer=registry.example"
    )


def test_codes_are_asked_for_once_an_authenticator_has_shown_one(desk: Desk) -> None:
    kept = desk.registry.secrets
    with desk.registry.bookkeeping() as uow:
        uow.accounts.add(ADA)
        ceremony, secret = begin_codes(uow, ADA, START, kept)
        holds, again, same = confirm_codes(uow, ADA, ceremony, "000000", START, kept)
        assert (holds, same) == (False, secret)
        holds, _, fresh = confirm_codes(
            uow, ADA, again, code_at(secret, START), START + SETTING_UP_MS, kept
        )
        assert not holds
        assert fresh != secret, "its time was over"
        ceremony, secret = begin_codes(uow, ADA, START, kept)
        assert confirm_codes(uow, ADA, ceremony, code_at(secret, START), START, kept)[0]
        account = uow.accounts.find("ada")
        assert account is not None
        assert account.totp is not None
        assert is_sealed(account.totp)
        assert not code_holds(uow, account, code_at(secret, START), START, kept), (
            "the code was used to set it up"
        )
        assert code_holds(uow, account, code_at(secret, START + 60_000), START + 60_000, kept)
        codes = new_recovery_codes(uow, account, START)
        assert len(set(codes)) == 10
        assert code_holds(uow, account, f" {codes[0].upper()} ", START, kept)
        assert not code_holds(uow, account, codes[0], START, kept)
        assert not code_holds(uow, ADA, codes[1], START, kept), "none where none are asked for"


def test_a_secret_from_before_is_sealed_when_a_code_of_it_holds(desk: Desk) -> None:
    secret, kept = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", desk.registry.secrets
    with desk.registry.bookkeeping() as uow:
        uow.accounts.add(replace(ADA, totp=secret))
    for minutes in (0, 1):
        now = START + minutes * 60_000
        with desk.registry.bookkeeping() as uow:
            account = uow.accounts.find("ada")
            assert account is not None
            assert account.totp is not None
            assert is_sealed(account.totp) == bool(minutes)
            assert code_holds(uow, account, code_at(secret, now), now, kept)


def test_without_the_key_no_code_holds_and_a_recovery_code_does(desk: Desk) -> None:
    kept = desk.registry.secrets
    with desk.registry.bookkeeping() as uow:
        uow.accounts.add(ADA)
        ceremony, secret = begin_codes(uow, ADA, START, kept)
        confirm_codes(uow, ADA, ceremony, code_at(secret, START), START, kept)
        account = uow.accounts.find("ada")
        assert account is not None
        codes = new_recovery_codes(uow, account, START)
        for key in kept.folder.glob("codes-*"):
            key.unlink()
        later = START + 60_000
        with pytest.raises(Unavailable, match="backup of the keys"):
            code_holds(uow, account, code_at(secret, later), later, kept)
        assert code_holds(uow, account, codes[0], later, kept)
