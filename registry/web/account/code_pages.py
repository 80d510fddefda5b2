"""`/account/codes`: whether a code of an authenticator is asked for after the password, and the ten recovery codes."""

import segno
from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from registry.services.second_factor import (
    SETTING_UP_MS,
    begin_codes,
    confirm_codes,
    end_codes,
    new_recovery_codes,
    totp_uri,
)
from registry.web.account.said import form_page, sent
from registry.web.account.sign_up_pages import tell_of_change
from registry.web.signed_in import see, signed_in
from registry.web.wired import the_registry


def get_codes() -> Response:
    """Where codes are asked for: how many recovery codes are left. Else: a fresh secret for an authenticator."""
    who, registry = signed_in(), the_registry()
    if who.account.totp is not None:
        with registry.reading() as uow:
            left = uow.accounts.recovery_codes_left(who.account.id)
        return form_page("codes.html", {"left": left})
    with registry.bookkeeping() as uow:
        ceremony, secret = begin_codes(uow, who.account, registry.clock(), registry.secrets)
    return _setting_up(ceremony, secret)


def post_codes() -> Response:
    """From now on a code is asked for, if this one holds: so the authenticator works. Shows the recovery codes once."""
    who, registry = signed_in(), the_registry()
    account, now = who.account, registry.clock()
    with registry.bookkeeping() as uow:
        holds, ceremony, secret = confirm_codes(
            uow, account, sent("ceremony"), sent("code"), now, registry.secrets
        )
        if holds:
            codes = new_recovery_codes(uow, account, now)
            tell_of_change(uow, account, "codes", now)
    if not holds:
        return _setting_up(ceremony, secret, "wrong-code")
    return form_page("recovery-codes.html", {"codes": codes})


def post_recovery_codes() -> AnyResponse:
    """Ten fresh recovery codes, shown once; those from before count no more."""
    who, registry = signed_in(), the_registry()
    account, now = who.account, registry.clock()
    if account.totp is None:
        return see("/account/codes")
    with registry.bookkeeping() as uow:
        codes = new_recovery_codes(uow, account, now)
        tell_of_change(uow, account, "codes", now)
    return form_page("recovery-codes.html", {"codes": codes})


def post_stop_codes() -> AnyResponse:
    """No code is asked for any more; its owner is told."""
    who, registry = signed_in(), the_registry()
    account, now = who.account, registry.clock()
    with registry.bookkeeping() as uow:
        end_codes(uow, account, now)
        tell_of_change(uow, account, "codes", now)
    return see("/account")


def _setting_up(ceremony: str, secret: str, error: str | None = None) -> Response:
    account = signed_in().account
    uri = totp_uri(secret, account, the_registry().place.public_url.partition("://")[2])
    picture = segno.make(uri, error="m").svg_inline(
        scale=1, omitsize=True, dark="#000", light="#fff"
    )
    members = {
        "ceremony": ceremony,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "uri": uri,
        "picture": picture,
        "minutes": SETTING_UP_MS // 60_000,
    }
    return form_page("set-up-codes.html", members, error=error, field="code")
