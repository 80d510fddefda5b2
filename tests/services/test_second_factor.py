"""Codes hold for their half minute and its neighbours, once."""

import pyotp
import pytest

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
    with desk.registry.bookkeeping() as uow:
        uow.accounts.add(ADA)
        ceremony, secret = begin_codes(uow, ADA, START)
        holds, again, same = confirm_codes(uow, ADA, ceremony, "000000", START)
        assert (holds, same) == (False, secret)
        holds, _, fresh = confirm_codes(
            uow, ADA, again, code_at(secret, START), START + SETTING_UP_MS
        )
        assert not holds
        assert fresh != secret, "its time was over"
        ceremony, secret = begin_codes(uow, ADA, START)
        assert confirm_codes(uow, ADA, ceremony, code_at(secret, START), START)[0]
        account = uow.accounts.find("ada")
        assert account is not None
        assert not code_holds(uow, account, code_at(secret, START), START), (
            "the code was used to set it up"
        )
        assert code_holds(uow, account, code_at(secret, START + 60_000), START + 60_000)
        codes = new_recovery_codes(uow, account, START)
        assert len(set(codes)) == 10
        assert code_holds(uow, account, f" {codes[0].upper()} ", START)
        assert not code_holds(uow, account, codes[0], START)
        assert not code_holds(uow, ADA, codes[1], START), "none where none are asked for"
