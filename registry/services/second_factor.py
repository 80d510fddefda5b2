"""The second step of a sign-in: a code of the person's authenticator (TOTP, RFC 6238), or one of ten recovery codes.

A code counts once, for its half minute and the one before and after it, since clocks differ. Secrets are kept sealed.
"""

import secrets
from typing import Final

import pyotp

from registry.instants import SECOND_MS
from registry.services.sealed_secrets import SealedSecrets, is_sealed
from registry.storage.accounts import Account
from registry.storage.single_use import Ceremony
from registry.storage.unit_of_work import UnitOfWork

STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 10
SETTING_UP_MS: Final = 30 * 60 * SECOND_MS
_SETTING_UP: Final = "codes-set-up"
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is mistaken for another: i, l, o, 0, 1."""
_RECOVERY_LETTERS: Final = 24
"""118 random bits, so that a plain digest keeps them (ASVS 5.0, V6.5.2)."""


def new_totp_secret() -> str:
    """160 random bits, base32 (RFC 4226, section 4)."""
    return pyotp.random_base32(32)


def totp_uri(secret: str, account: Account, issuer: str) -> str:
    """What the picture holds that an authenticator reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.address, issuer_name=issuer)


def totp_step(secret: str, code: str, now: int) -> int | None:
    """The step of time whose code this is, of the three that count at `now` (ms)."""
    code = "".join(code.split())
    if not (code.isascii() and code.isdigit()):
        return None
    here = now // SECOND_MS // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    for step in (here, here - 1, here + 1):
        if secrets.compare_digest(totp.generate_otp(step), code):
            return step
    return None


def code_holds(
    uow: UnitOfWork, account: Account, code: str, now: int, secrets_kept: SealedSecrets
) -> bool:
    """Does this code count, of the authenticator or of recovery? It is used up.

    Raises: Unavailable where the authenticator's secret cannot be opened; recovery codes count all the same.
    """
    if account.totp is None:
        return False
    if len(plain_code(code)) == _RECOVERY_LETTERS:
        return uow.accounts.use_recovery_code(account.id, plain_code(code))
    secret = secrets_kept.open(account.totp, account.id)
    step = totp_step(secret, code, now)
    if step is None or not uow.accounts.spend_totp_step(account.id, step):
        return False
    if not is_sealed(account.totp):  # from before they were
        uow.accounts.change(account.id, totp=secrets_kept.seal(secret, account.id))
    return True


def new_recovery_codes(uow: UnitOfWork, account: Account, now: int) -> list[str]:
    """Ten fresh ones, in groups of four letters; those from before count no more. Kept as digests alone."""
    codes = [
        "".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_LETTERS))
        for _ in range(RECOVERY_CODES)
    ]
    uow.accounts.replace_recovery_codes(account.id, codes, now)
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]


def plain_code(code: str) -> str:
    """A recovery code without its hyphens, as it is kept."""
    return "".join(char for char in code.lower() if char.isalnum())


def begin_codes(
    uow: UnitOfWork, account: Account, now: int, secrets_kept: SealedSecrets
) -> tuple[str, str]:
    """(ceremony, secret): a fresh secret for an authenticator, which counts once a code of it was shown."""
    secret = new_totp_secret()
    return _begin(uow, account, secrets_kept.seal(secret, account.id), now), secret


def confirm_codes(
    uow: UnitOfWork,
    account: Account,
    ceremony: str,
    code: str,
    now: int,
    secrets_kept: SealedSecrets,
) -> tuple[bool, str, str]:
    """Is this a code of the secret that was begun with? Then codes are asked for from now on. Else: (False, ceremony,
    secret) to go on with, the same secret if its time is not over."""
    begun = uow.single_use.finish(ceremony, _SETTING_UP, now)
    if begun is None or begun.account != account.id:
        return (False, *begin_codes(uow, account, now, secrets_kept))
    sealed = str(begun.body["secret"])
    secret = secrets_kept.open(sealed, account.id)
    step = totp_step(secret, code, now)
    if step is None:
        return False, _begin(uow, account, sealed, now), secret
    uow.accounts.change(account.id, totp=sealed, totp_step=step)
    return True, "", secret


def end_codes(uow: UnitOfWork, account: Account, now: int) -> None:
    """No code is asked for any more; recovery codes count no more."""
    uow.accounts.change(account.id, totp=None, totp_step=None)
    uow.accounts.replace_recovery_codes(account.id, (), now)


def _begin(uow: UnitOfWork, account: Account, sealed: str, now: int) -> str:
    begun = Ceremony(_SETTING_UP, account.id, {"secret": sealed}, now + SETTING_UP_MS)
    return uow.single_use.begin(begun)
