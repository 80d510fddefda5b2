"""`/account/passkeys`, and signing in by one: the steps that the script `passkeys.js` takes, as JSON.

Each has two: `…/options` asks the browser's authenticator, and the other takes what it answered. Without script the
pages offer the password.
"""

from ipaddress import ip_address
from urllib.parse import quote, urlsplit

import msgspec
from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import Forbidden, RegistryError, Unauthenticated
from registry.instants import rfc3339
from registry.services.passkeys import (
    Begun,
    Party,
    add_passkey,
    begin_adding,
    begin_showing,
    shown_passkey,
)
from registry.services.sign_declaration import public_key_of
from registry.services.sign_in import WINDOW_MS, prove_anew
from registry.signing.base64url import encode
from registry.storage.accounts import Account
from registry.storage.passkeys import Passkey
from registry.storage.sessions import WHOLE
from registry.web.account.said import device, form_page, network, sent
from registry.web.account.sign_in_pages import enter
from registry.web.account.sign_up_pages import tell_of_change
from registry.web.signed_in import give_session, onward, see, signed_in, wanted
from registry.web.wired import the_registry

MOST_CREDENTIAL = 20_000
BEGUN_FROM_ONE = 60
"""So many sign-ins by passkey may be begun from one network address in a quarter of an hour."""


def get_passkeys() -> Response:
    """One's passkeys, and another one."""
    who, registry = signed_in(), the_registry()
    with registry.reading() as uow:
        found = uow.passkeys.of(who.account.id)
    members = {
        "passkeys": [
            {
                "id": encode(each.credential),
                "label": each.label,
                "key": _key_of(each),
                "since": rfc3339(each.made_at),
                "used": None if each.used_at is None else rfc3339(each.used_at),
            }
            for each in found
        ],
        "label": device().name,
        "password": who.account.password is not None,
        "next": onward(),
        "named": has_name(),
    }
    return form_page("passkeys.html", members)


def post_passkey_options() -> Response:
    """What the browser is asked, to make a passkey."""
    who, registry = signed_in(), the_registry()
    with registry.bookkeeping() as uow:
        return _asked(begin_adding(uow, who.account, party(), registry.clock()))


def post_passkey() -> Response:
    """Keeps the passkey that it made; its owner is told."""
    who, registry = signed_in(), the_registry()
    account, now = who.account, registry.clock()
    with registry.bookkeeping() as uow:
        add_passkey(uow, account, party(), sent("ceremony"), _credential(), sent("label"), now)
        tell_of_change(uow, account, "passkeys", now)
    to = onward()
    return _go("/account/passkeys" + (f"?next={quote(to, safe='/')}" if to else ""))


def post_remove_passkey() -> AnyResponse:
    """Forgets a passkey; its owner is told."""
    who, registry = signed_in(), the_registry()
    account, now = who.account, registry.clock()
    with registry.bookkeeping() as uow:
        for each in uow.passkeys.of(account.id):
            if encode(each.credential) == sent("passkey"):
                uow.passkeys.remove(account.id, each.credential)
                tell_of_change(uow, account, "passkeys", now)
    return see("/account/passkeys")


def post_sign_in_options() -> Response:
    """What the browser is asked, to sign somebody in; nobody says who they are first."""
    registry = the_registry()
    now = registry.clock()
    with registry.bookkeeping() as uow:
        begun = uow.attempts.count("passkey", network(), now, WINDOW_MS)
        if begun <= BEGUN_FROM_ONE:
            return _asked(begin_showing(uow, None, party(), now))
    raise Forbidden("too many tries from here; wait a quarter of an hour", code="too-many-requests")


def post_sign_in_passkey() -> AnyResponse:
    """Signs in whoever's passkey was shown. Raises: Unauthenticated."""
    registry = the_registry()
    now = registry.clock()
    account = _shown(None, now)
    entered = enter(account, now, WHOLE)
    return _with_cookies(_go(entered.headers["Location"]), entered)


def post_prove_options() -> Response:
    """What the browser is asked, to show once more who one is."""
    registry = the_registry()
    with registry.bookkeeping() as uow:
        return _asked(begin_showing(uow, signed_in().account, party(), registry.clock()))


def post_prove_passkey() -> AnyResponse:
    """Takes it; the session goes on under another secret. Raises: Unauthenticated."""
    registry, who = the_registry(), signed_in()
    now = registry.clock()
    _shown(who.account, now)
    with registry.bookkeeping() as uow:
        secret = prove_anew(uow, who.session, now)
    if secret is None:
        raise Unauthenticated("this session has ended")
    return give_session(_go(wanted()), secret)


def party() -> Party:
    """This registry, as browsers know it."""
    parts = urlsplit(the_registry().place.public_url)
    return Party(parts.hostname or "", "Consent registry", f"{parts.scheme}://{parts.netloc}")


def has_name() -> bool:
    """Is this registry at a name? For an address of numbers no browser makes a passkey (WebAuthn, RP ID)."""
    try:
        ip_address(party().id)
    except ValueError:
        return True
    return False


def for_script(members: object) -> Response:
    """What a step answers to the script."""
    response = Response(msgspec.json.encode(members), content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _key_of(passkey: Passkey) -> str | None:
    """By what records name it where it signed (None: it cannot)."""
    key = public_key_of(passkey)
    return None if key is None else key.kid


def _shown(account: Account | None, now: int) -> Account:
    # what was begun is over, whether it holds or not: so what does not hold is refused after the commit
    refused: RegistryError | None = None
    with the_registry().bookkeeping() as uow:
        try:
            return shown_passkey(uow, account, party(), sent("ceremony"), _credential(), now)
        except Unauthenticated as error:
            refused = error
    raise refused


def _credential() -> str:
    return sent("credential", MOST_CREDENTIAL)


def _asked(begun: Begun) -> Response:
    return for_script({"ceremony": begun.secret, "options": begun.options})


def _go(path: str) -> Response:
    return for_script({"next": path})


def _with_cookies(response: AnyResponse, other: AnyResponse) -> AnyResponse:
    for cookie in other.headers.getlist("Set-Cookie"):
        response.headers.add("Set-Cookie", cookie)
    return response
