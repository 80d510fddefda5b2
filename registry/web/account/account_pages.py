"""`/account` and what stands there: who one is here, one's sessions, name, password and address."""

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import InvalidInput, NotFound
from registry.instants import rfc3339
from registry.languages import languages
from registry.mail.address import read_address
from registry.services.sign_in import prove_anew
from registry.services.sign_up import (
    NEW_ADDRESS,
    ask_for_new_address,
    forget_ways_in,
    read_name,
    take_new_address,
)
from registry.web.account.said import form_page, new_password, sent, visitor
from registry.web.account.sign_up_pages import tell_of_change
from registry.web.page import present
from registry.web.signed_in import SIGN_IN, give_session, see, signed_in
from registry.web.wired import the_registry


def get_account() -> Response:
    """Everything at a glance."""
    who, registry = signed_in(), the_registry()
    account = who.account
    with registry.reading() as uow:
        erasure = uow.erasures.of(account.id)
        members = {
            "name": account.name,
            "address": account.address,
            "since": rfc3339(account.made_at),
            "language": account.language,
            "password": account.password is not None,
            "totp": account.totp is not None,
            "recovery_codes": uow.accounts.recovery_codes_left(account.id),
            "passkeys": len(uow.passkeys.of(account.id)),
            "sessions": len(uow.sessions.of(account.id)),
            "erased_after": None if erasure is None else rfc3339(erasure.due),
            "audits": bool(uow.audit_grants.of(account.id, registry.clock())),
        }
    return present("account/account.html", members)


def get_sessions() -> Response:
    """Where one is signed in."""
    who = signed_in()
    with the_registry().reading() as uow:
        found = uow.sessions.of(who.account.id)
    members = {
        "sessions": [
            {
                "id": each.id,
                "device": each.device,
                "network": each.network,
                "since": rfc3339(each.made_at),
                "seen": rfc3339(each.seen_at),
                "until": rfc3339(each.until),
                "this": each.id == who.session.id,
            }
            for each in found
        ]
    }
    return present("account/sessions.html", members)


def post_end_session() -> AnyResponse:
    """Ends one session, or all but this one (`session=others`)."""
    who, which = signed_in(), sent("session")
    with the_registry().bookkeeping() as uow:
        if which == "others":
            uow.sessions.end_all(who.account.id, but=who.session.id)
        else:
            uow.sessions.end(who.account.id, which)
        forget_ways_in(uow, who.account.id)  # a session that was not theirs may have asked for one
    return see("/account/sessions")


def get_details() -> Response:
    """Name, and the language of mails."""
    account = signed_in().account
    return form_page("details.html", {"name": account.name, "language": account.language})


def post_details() -> AnyResponse:
    """Changes them."""
    who, language = signed_in(), sent("language")
    try:
        name = read_name(sent("name"))
    except InvalidInput as error:
        return form_page("details.html", {"name": sent("name"), "language": language}, error=error)
    if language not in languages():
        language = who.account.language
    with the_registry().bookkeeping() as uow:
        uow.accounts.change(who.account.id, name=name, language=language)
    return see("/account")


def get_password() -> Response:
    """A new password, for somebody who has just shown who they are."""
    return form_page("password.html", {"address": signed_in().account.address})


def post_password() -> AnyResponse:
    """Sets it, and ends every other session; this one goes on under another secret."""
    who, registry = signed_in(), the_registry()
    account, now = who.account, registry.clock()
    try:
        password = new_password(account.address, account.name)
    except InvalidInput as error:
        return form_page("password.html", {"address": account.address}, error=error)
    with registry.bookkeeping() as uow:
        uow.accounts.change(account.id, password=password)
        uow.sessions.end_all(account.id, but=who.session.id)
        forget_ways_in(uow, account.id)
        secret = prove_anew(uow, who.session, now)
        tell_of_change(uow, account, "password", now)
    return see(SIGN_IN) if secret is None else give_session(see("/account"), secret)


def get_address() -> Response:
    """Another e-mail address."""
    return form_page("address.html", {"address": signed_in().account.address})


def post_address() -> AnyResponse:
    """Sends a link there; until it is opened, the old address stays."""
    who, registry, typed = signed_in(), the_registry(), sent("email")
    try:
        address = read_address(typed)
    except InvalidInput as error:
        shown = {"address": who.account.address, "email": typed}
        return form_page("address.html", shown, error=error)
    with registry.bookkeeping() as uow:
        ask_for_new_address(uow, who.account, address, visitor(), registry.clock())
    return see("/account/mail-sent")


def get_new_address_link() -> Response:
    """For whoever holds the link: is this address yours?"""
    registry, secret = the_registry(), request.args.get("secret", "")
    with registry.reading() as uow:
        link = uow.single_use.look_at_link(secret, NEW_ADDRESS, registry.clock())
    if link is None:
        return form_page("no-link.html", {"again": "/account/address"}, status=404)
    return form_page("new-address-link.html", {"secret": secret, "address": link.address})


def post_new_address_link() -> AnyResponse:
    """Takes it; the old address is told."""
    registry, secret = the_registry(), sent("secret")
    now = registry.clock()
    try:
        with registry.bookkeeping() as uow:
            before = take_new_address(uow, secret, now)
            tell_of_change(uow, before, "address", now)
    except NotFound:
        return form_page("no-link.html", {"again": "/account/address"}, status=404)
    return see("/account")
