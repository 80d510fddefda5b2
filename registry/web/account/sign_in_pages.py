"""`/account/sign-in`, `/account/prove`, sign-out: who somebody is, by address and password and, where there is one, a
code.

A wrong address and a wrong password get the same answer after the same time. Tries are counted before they are looked
at.
"""

import logging
from urllib.parse import quote

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import InvalidInput, Unavailable
from registry.mail.address import address_key, read_address
from registry.services.passwords import password_holds
from registry.services.providers import named_providers
from registry.services.second_factor import code_holds
from registry.services.sign_in import (
    begin_session,
    guess_is_allowed,
    guessed_right,
    prove_anew,
    session_of,
    tell_of_sign_in,
)
from registry.storage.accounts import Account
from registry.storage.sessions import HALF, WHOLE
from registry.web.account.said import device, form_page, network, sent
from registry.web.signed_in import (
    SIGN_IN,
    give_session,
    see,
    session_secret,
    signed_in,
    take_session,
    wanted,
)
from registry.web.wired import the_registry

_for_the_operator = logging.getLogger("registry.web")

CODE = "/account/sign-in/code"


def get_sign_in() -> Response:
    """Where somebody signs in."""
    return _sign_in_page()


def post_sign_in() -> AnyResponse:
    """By address and password. Where a code is asked for besides, the session is half until it is given."""
    registry = the_registry()
    now, typed = registry.clock(), sent("email")
    try:
        key = address_key(read_address(typed))
    except InvalidInput:
        key = typed.lower()  # an address that nobody has: the same answer
    if not _may_guess(key, now):
        return _sign_in_page(typed, "too-many", 429)
    with registry.reading() as uow:
        account = uow.accounts.by_address(key)
    if not password_holds(account.password if account else None, sent("password")) or not account:
        return _sign_in_page(typed, "wrong")
    return enter(account, now, HALF if account.totp else WHOLE)


def enter(account: Account, now: int, stage: str, to: str | None = None) -> AnyResponse:
    """A fresh session for somebody who showed who they are; the one that the browser came with ends. Leads on to `to`,
    else to where they wanted to go."""
    registry = the_registry()
    with registry.bookkeeping() as uow:
        if stage == WHOLE:
            guessed_right(uow, account.address_key)
            tell_of_sign_in(uow, account, device(), registry.place.public_url, now)
        before = uow.sessions.find(session_secret())
        if before is not None:
            uow.sessions.end(before.account, before.id)
        secret = begin_session(uow, account, device(), now, stage=stage)
    to = wanted() if to is None else to
    where = to if stage == WHOLE else f"{CODE}?next={quote(to, safe='/')}"
    return give_session(see(where), secret)


def get_code() -> AnyResponse:
    """The second step, where the account has an authenticator."""
    if _half() is None:
        return see(SIGN_IN)
    return form_page("code.html", {"next": wanted()})


def post_code() -> AnyResponse:
    """By the code of the authenticator, or a recovery code."""
    registry = the_registry()
    now = registry.clock()
    account = _half()
    if account is None:
        return see(SIGN_IN)
    if not _may_guess(account.address_key, now):
        return form_page(
            "code.html", {"next": wanted()}, error="too-many", field="code", status=429
        )
    try:
        with registry.bookkeeping() as uow:
            holds = code_holds(uow, account, sent("code"), now, registry.secrets)
    except Unavailable as error:
        if error.field != "code":  # it is not the key that is missing
            raise
        _for_the_operator.error("%s", error.message)
        return form_page(
            "code.html", {"next": wanted()}, error="codes-away", field="code", status=503
        )
    if not holds:
        return form_page("code.html", {"next": wanted()}, error="wrong-code", field="code")
    return enter(account, now, WHOLE)


def get_prove() -> Response:
    """Before what loosens or deletes: who are you, once more?"""
    return _prove_page()


def post_prove() -> AnyResponse:
    """By the password. The session goes on under another secret."""
    registry, who = the_registry(), signed_in()
    now = registry.clock()
    proving = f"prove {who.account.id}"  # counted apart: who guesses from outside keeps nobody from proving
    if not _may_guess(proving, now):
        return _prove_page("too-many", 429)
    if not password_holds(who.account.password, sent("password")):
        return _prove_page("wrong-password")
    with registry.bookkeeping() as uow:
        guessed_right(uow, proving)
        secret = prove_anew(uow, who.session, now)
    return see(SIGN_IN) if secret is None else give_session(see(wanted()), secret)


def post_sign_out() -> AnyResponse:
    """Ends this session, here and in the store."""
    who = signed_in()
    with the_registry().bookkeeping() as uow:
        uow.sessions.end(who.account.id, who.session.id)
    return take_session(see("/"))


def _may_guess(whose: str, now: int) -> bool:
    with the_registry().bookkeeping() as uow:
        return guess_is_allowed(uow, whose, network(), now)


def _half() -> Account | None:
    registry = the_registry()
    with registry.reading() as uow:
        found = session_of(uow, session_secret(), registry.clock(), HALF)
    return None if found is None else found[0]


def _sign_in_page(typed: str = "", error: str | None = None, status: int | None = None) -> Response:
    shown = {
        "email": typed,
        "next": wanted(),
        "new": request.args.get("new") == "password",
        "providers": [
            {"id": each.id, "name": each.name}
            for each in named_providers(the_registry().settings.oidc)
        ],
    }
    return form_page("sign-in.html", shown, error=error, field="password", status=status)


def _prove_page(error: str | None = None, status: int | None = None) -> Response:
    who = signed_in()
    with the_registry().reading() as uow:
        has_passkey = bool(uow.passkeys.of(who.account.id))
    has_password = who.account.password is not None
    shown = {"next": wanted(), "has_password": has_password, "has_passkey": has_passkey}
    return form_page("prove.html", shown, error=error, field="password", status=status)
