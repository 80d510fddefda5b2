"""`/account/with/{provider}`: out to another provider to sign in there, and back.

What was begun is bound to the browser by a cookie, to the provider by its issuer, and counts once, for ten minutes. It
begins at a link, since a form of ours may lead nowhere else (Content-Security-Policy, form-action).
"""

import hmac
import secrets
from urllib.parse import quote

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import InvalidInput, NotFound, Unauthenticated, Unavailable
from registry.mail.address import address_key, read_address
from registry.services.providers import (
    Claimed,
    Journey,
    Provider,
    address_of,
    end_journey,
    metadata_of,
    named_providers,
)
from registry.services.sign_in import HALF_MS, WINDOW_MS
from registry.services.sign_up import new_account, read_name
from registry.storage.accounts import Account, Identity
from registry.storage.sessions import HALF, WHOLE
from registry.storage.single_use import Ceremony
from registry.web.account.said import form_page, network, sent
from registry.web.account.sign_in_pages import enter
from registry.web.account.sign_up_pages import tell_of_change
from registry.web.cookies import cookie, give_cookie
from registry.web.languages import language
from registry.web.signed_in import (
    FIELD,
    SIGN_IN,
    is_of_this_session,
    local,
    person,
    see,
    signed_in,
    token_value,
    wanted,
)
from registry.web.wired import the_registry

PURPOSE = "provider"
COOKIE = "provider"
BEGUN_FROM_ONE = 60
"""So many may be begun from one network address in a quarter of an hour."""


def providers() -> tuple[Provider, ...]:
    """Those that the operator names. Raises: ConfigurationError."""
    return named_providers(the_registry().settings.oidc)


def get_with_provider(provider: str) -> AnyResponse:
    """Out, to sign in; who comes from a page of somebody else's is asked first how. Raises: NotFound, Unavailable."""
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        return see(f"{SIGN_IN}?next={quote(wanted(), safe='/')}")
    return _out(_the_provider(provider), None)


def get_add_provider(provider: str) -> AnyResponse:
    """Out, so that the account can be signed in to there too. The link bears the token of this session's forms: else
    another site could have somebody else's way in added, whose account at the provider it chose."""
    at = _the_provider(provider)
    if not is_of_this_session(request.args.get(FIELD, "")):
        return see("/account/providers")
    return _out(at, signed_in().account)


def get_provider_back(provider: str) -> AnyResponse:
    """And back. Whoever is unknown here gets an account, where the provider verified their address."""
    registry, at = the_registry(), _the_provider(provider)
    now = registry.clock()
    with registry.bookkeeping() as uow:
        begun = uow.single_use.finish(request.args.get("state", ""), PURPOSE, now)
    if (
        begun is None
        or begun.body["provider"] != at.id
        or not hmac.compare_digest(begun.body["browser"].encode(), cookie(COOKIE).encode())
        or request.args.get("iss", at.issuer) != at.issuer
        or not request.args.get("code")
    ):
        return _failed(at)
    try:
        claimed = end_journey(
            at,
            request.args["code"],
            _back(at),
            Journey(begun.body["nonce"], begun.body["verifier"]),
            metadata=metadata_of(at),
            now=now,
        )
    except (Unauthenticated, Unavailable):
        return _failed(at)
    if begun.account is not None:
        return _add(at, claimed, begun.account, now)
    return _enter(at, claimed, begun.body["next"], now)


def post_remove_provider() -> AnyResponse:
    """The account is no longer signed in to by way of it."""
    who, registry = signed_in(), the_registry()
    account, now = who.account, registry.clock()
    issuer, subject = sent("issuer"), sent("subject")
    with registry.bookkeeping() as uow:
        if uow.accounts.remove_identity(account.id, issuer, subject):
            tell_of_change(uow, account, "providers", now)
    return see("/account/providers")


def get_providers() -> Response:
    """Where else one signs in, and where one could."""
    who = signed_in()
    names = {each.issuer: each.name for each in providers()}
    with the_registry().reading() as uow:
        found = uow.accounts.identities(who.account.id)
    members = {
        "identities": [
            {
                "issuer": each.issuer,
                "subject": each.subject,
                "name": names.get(each.issuer, each.issuer),
            }
            for each in found
        ],
        "providers": [{"id": each.id, "name": each.name} for each in providers()],
        "add": f"?{FIELD}={token_value()}",
    }
    return form_page("providers.html", members)


def _out(at: Provider, account: Account | None) -> AnyResponse:
    registry = the_registry()
    now, browser, journey = registry.clock(), secrets.token_urlsafe(32), Journey()
    body = {
        "provider": at.id,
        "nonce": journey.nonce,
        "verifier": journey.verifier,
        "browser": browser,
        "next": wanted(),
    }
    with registry.bookkeeping() as uow:
        if uow.attempts.count("provider", network(), now, WINDOW_MS) > BEGUN_FROM_ONE:
            return _failed(at)
        id = None if account is None else account.id
        state = uow.single_use.begin(Ceremony(PURPOSE, id, body, now + HALF_MS))
    try:
        address = address_of(at, journey, state, _back(at), metadata_of(at))
    except Unavailable:
        return _failed(at)
    response = redirect(address, 303)
    response.headers["Cache-Control"] = "no-store"
    give_cookie(response, COOKIE, browser, HALF_MS // 1000)
    return response


def _enter(at: Provider, claimed: Claimed, to: str, now: int) -> AnyResponse:
    registry = the_registry()
    with registry.bookkeeping() as uow:
        known = uow.accounts.identify(at.issuer, claimed.subject)
        account = None if known is None else uow.accounts.find(known.account)
        if account is None:
            try:
                address = read_address(claimed.address or "")
            except InvalidInput:
                return _failed(at, "unverified-address")
            if uow.accounts.by_address(address_key(address)) is not None:
                return _failed(at, "address-taken")
            account = new_account(uow, address, _name(claimed, address), None, language(), now)
            uow.accounts.add_identity(Identity(at.issuer, claimed.subject, account.id, now))
    return enter(account, now, HALF if account.totp else WHOLE, local(to))


def _add(at: Provider, claimed: Claimed, account: str, now: int) -> AnyResponse:
    """Raises nothing: whoever is somebody else's there, or was signed out meanwhile, is told so."""
    registry, who = the_registry(), person()
    if who is None or who.account.id != account:
        return _failed(at)
    with registry.bookkeeping() as uow:
        if uow.accounts.identify(at.issuer, claimed.subject) is not None:
            return _failed(at, "identity-taken")
        uow.accounts.add_identity(Identity(at.issuer, claimed.subject, account, now))
        tell_of_change(uow, who.account, "providers", now)
    return see("/account/providers")


def _failed(at: Provider, why: str = "provider") -> Response:
    return form_page("provider-failed.html", {"provider": at.name}, error=why, status=422)


def _name(claimed: Claimed, address: str) -> str:
    try:
        return read_name(claimed.name)
    except InvalidInput:
        return address.partition("@")[0]


def _back(at: Provider) -> str:
    return f"{the_registry().place.public_url}/account/with/{at.id}/back"


def _the_provider(id: str) -> Provider:
    for each in providers():
        if each.id == id:
            return each
    raise NotFound("no provider of this name is known here", field="provider")
