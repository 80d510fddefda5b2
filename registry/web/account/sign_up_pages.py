"""`/account/sign-up` and `/account/new-password`: an address, a mail, a link, and then a name and a password."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import Conflict, InvalidInput, NotFound
from registry.mail.address import read_address
from registry.services.send_mail import queue_mail
from registry.services.sign_in import begin_session
from registry.services.sign_up import (
    NEW_PASSWORD,
    SIGN_UP,
    Visitor,
    ask_for_new_password,
    ask_to_sign_up,
    open_account,
    read_name,
    set_new_password,
)
from registry.storage.accounts import Account
from registry.storage.single_use import Link
from registry.storage.unit_of_work import UnitOfWork
from registry.web.account.said import device, form_page, new_password, sent, visitor
from registry.web.begin.kept import begun
from registry.web.begin.questions import CHECK
from registry.web.languages import language
from registry.web.signed_in import HOME, give_session, onward, see
from registry.web.wired import the_registry

Ask = Callable[[UnitOfWork, str, Visitor, int], None]


def get_sign_up() -> Response:
    """Where an account begins: the e-mail address."""
    return form_page("sign-up.html", {"next": onward()})


def post_sign_up() -> AnyResponse:
    """Sends the mail; says the same whether the address has an account or not."""
    return _ask("sign-up.html", ask_to_sign_up)


def get_new_password() -> Response:
    """For somebody who forgot theirs: the e-mail address."""
    return form_page("new-password.html", {"next": onward()})


def post_new_password() -> AnyResponse:
    """Sends the mail; says the same whether the address has an account or not."""
    return _ask("new-password.html", ask_for_new_password)


def get_mail_sent() -> Response:
    """What happens next: a mail."""
    registry = the_registry()
    return form_page("mail-sent.html", {"outbox": registry.settings.smtp is None})


def get_sign_up_link() -> Response:
    """The last step, for whoever holds the link: a name and a password. Opening it uses nothing up."""
    return _link_page("sign-up-link.html", SIGN_UP)


def post_sign_up_link() -> AnyResponse:
    """Opens the account, and signs in."""
    registry, secret, name = the_registry(), sent("secret"), sent("name")
    now = registry.clock()
    link = _link(secret, SIGN_UP)
    if link is None:
        return _no_link(SIGN_UP)
    to = onward()
    shown = {"secret": secret, "address": link.address, "name": name, "next": to}
    try:
        name = read_name(name)
        with_passkey = sent("without") == "password"
        password = None if with_passkey else new_password(link.address, name)
        with registry.bookkeeping() as uow:
            account = open_account(uow, secret, name, password, language(), now)
            session = begin_session(uow, account, device(), now)
    except InvalidInput as error:
        return form_page("sign-up-link.html", shown, error=error)
    except (NotFound, Conflict):
        return _no_link(SIGN_UP)
    if with_passkey:
        return give_session(see(_with_next("/account/passkeys", to)), session)
    if begun():
        to = to or CHECK
    elif to == CHECK:  # begun in another browser: it is not here
        to = ""
    return give_session(see(to or HOME), session)


def get_new_password_link() -> Response:
    """A new password, for whoever holds the link. Opening it uses nothing up."""
    return _link_page("new-password-link.html", NEW_PASSWORD)


def post_new_password_link() -> AnyResponse:
    """Sets the password and ends every session; then one signs in with it, and with a code where one is asked for."""
    registry, secret = the_registry(), sent("secret")
    now = registry.clock()
    link = _link(secret, NEW_PASSWORD)
    if link is None:
        return _no_link(NEW_PASSWORD)
    shown = {"secret": secret, "address": link.address, "next": onward()}
    try:
        password = new_password(link.address)
        with registry.bookkeeping() as uow:
            account = set_new_password(uow, secret, password, now)
            tell_of_change(uow, account, "password", now)
    except InvalidInput as error:
        return form_page("new-password-link.html", shown, error=error)
    except NotFound:
        return _no_link(NEW_PASSWORD)
    return see(_with_next("/account/sign-in?new=password", onward()))


def tell_of_change(uow: UnitOfWork, account: Account, what: str, now: int) -> None:
    """A mail to the owner, that something about how they sign in has changed."""
    link = f"{the_registry().place.public_url}/account"
    queue_mail(uow, account.address, f"changed-{what}", account.language, now=now, link=link)


def _with_next(path: str, to: str) -> str:
    if not to:
        return path
    return f"{path}{'&' if '?' in path else '?'}next={quote(to, safe='/')}"


def _ask(template: str, ask: Ask) -> AnyResponse:
    typed, registry = sent("email"), the_registry()
    try:
        address = read_address(typed)
    except InvalidInput as error:
        return form_page(template, {"email": typed, "next": onward()}, error=error)
    who = replace(visitor(), onward=onward())
    with registry.bookkeeping() as uow:
        ask(uow, address, who, registry.clock())
    return see("/account/mail-sent")


def _link(secret: str, purpose: str) -> Link | None:
    registry = the_registry()
    with registry.reading() as uow:
        return uow.single_use.look_at_link(secret, purpose, registry.clock())


def _link_page(template: str, purpose: str) -> Response:
    secret = request.args.get("secret", "")
    link = _link(secret, purpose)
    if link is None:
        return _no_link(purpose)
    return form_page(template, {"secret": secret, "address": link.address, "next": onward()})


def _no_link(purpose: str) -> Response:
    return form_page("no-link.html", {"again": f"/account/{purpose}"}, status=404)
