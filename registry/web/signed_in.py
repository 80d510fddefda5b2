"""Who is signed in, and whether a form came from a page of ours.

The session's secret is in one cookie (`__Host-session` where the public address is https; HttpOnly, SameSite=Lax). A
form of somebody who is signed in bears a token made from that secret; every form has to come from this origin besides
(Sec-Fetch-Site, else Origin; W3C Fetch Metadata, RFC 6454). Which route asks for what is in the table of permissions.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from flask import Response, g, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import Forbidden, InvalidInput, Unauthenticated
from registry.services.actor import Actor
from registry.services.sign_in import LONGEST_MS, SEEN_EVERY_MS, is_fresh, session_of
from registry.storage.accounts import Account
from registry.storage.sessions import Session
from registry.web.cookies import cookie, give_cookie, take_cookie
from registry.web.page import wants_a_page
from registry.web.wired import the_registry

COOKIE = "session"
FIELD = "form_token"
HEADER = "X-Form-Token"
SIGN_IN = "/account/sign-in"
PROVE = "/account/prove"
HOME = "/account"
LONGEST_ONWARD = 500
"""Characters of a path that a mail carries along."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person, their session, and whether they proved within minutes who they are."""

    account: Account
    session: Session
    is_fresh: bool

    @property
    def actor(self) -> Actor:
        """As whom they act in services: what an `account` that is not fresh does to loosen is only proposed."""
        return Actor(self.account.id, "fresh-account" if self.is_fresh else "account")


def person() -> SignedIn | None:
    """Who is signed in, if anybody. Raises: Unavailable."""
    if "person" not in g:
        g.person = _look()
    found: SignedIn | None = g.person
    return found


def signed_in() -> SignedIn:
    """Who is signed in. Raises: Unauthenticated."""
    found = person()
    if found is None:
        raise Unauthenticated("sign in first")
    return found


def session_secret() -> str:
    """The secret that the browser sent; empty for none."""
    return cookie(COOKIE)


def seems_signed_in() -> bool:
    """Whether the browser came with a session, which may have ended: enough to choose what a page links to."""
    return bool(session_secret())


def keep_private(response: Response) -> Response:
    """What links to somebody's own pages is kept by their browser, and by no cache that serves others."""
    kept = response.headers.get("Cache-Control", "")
    if response.mimetype == "text/html" and kept.startswith("public") and seems_signed_in():
        response.headers["Cache-Control"] = kept.replace("public", "private", 1)
    return response


def give_session(response: AnyResponse, secret: str) -> AnyResponse:
    """The browser keeps this session from now on."""
    give_cookie(response, COOKIE, secret, LONGEST_MS // 1000)
    return response


def take_session(response: AnyResponse) -> AnyResponse:
    """The browser forgets its session."""
    take_cookie(response, COOKIE)
    return response


def form_token() -> Markup:
    """The hidden field that belongs in every form of somebody who is signed in."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token_value())


def token_value() -> str:
    """What that field holds; a script sends it as X-Form-Token."""
    made = hmac.digest(session_secret().encode(), b"a form of this session", hashlib.sha256)
    return urlsafe_b64encode(made).decode().rstrip("=")


def is_of_this_session(sent: str) -> bool:
    """Is this the token of the forms of whoever is signed in?"""
    return hmac.compare_digest(sent.encode(), token_value().encode())


def see(path: str) -> AnyResponse:
    """Leads the browser on, to a path of this registry (303, RFC 9110 section 15.4.4)."""
    response = redirect(local(path), 303)
    response.headers["Cache-Control"] = "no-store"
    return response


def local(path: str | None, otherwise: str = HOME) -> str:
    """The path, if it is one of this registry; no text that was sent leads to another host."""
    if not path or not path.startswith("/") or path.startswith("//") or len(path) > 2_000:
        return otherwise
    if "\\" in path or any(ord(char) <= 32 or ord(char) == 127 for char in path):
        return otherwise
    return path


def wanted() -> str:
    """Where somebody wanted to go before they were asked who they are (`next`)."""
    return local(request.values.get("next"))


def onward() -> str:
    """The same for the way by a mail and its link; empty for nowhere in particular."""
    path = local(request.values.get("next"), "")
    return path if path != HOME and len(path) <= LONGEST_ONWARD else ""


# -- what the table of permissions calls before a view runs --


def admit_form() -> AnyResponse | None:
    """A form that anybody may send. Raises: Forbidden where another site sent it, InvalidInput."""
    g.by_form = True
    check_origin()
    _check_characters()
    return None


def check_origin() -> None:
    """By what the browser says, without a look at the body. Raises: Forbidden where another site sent it."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    ours = site == "same-origin" if site is not None else origin == _origin()
    if not ours:
        raise Forbidden("this form did not come from a page of this registry", code="form-refused")


def admit_account() -> AnyResponse | None:
    """Somebody who is signed in; others are led to where they sign in, or refused.

    Raises: Unauthenticated, Forbidden where a form is not theirs, InvalidInput.
    """
    reads = request.method in ("GET", "HEAD")
    if reads:
        _check_characters()
    else:
        admit_form()
    if person() is None:
        if not wants_a_page():
            raise Unauthenticated("sign in first")
        return see(_with_next(SIGN_IN, reads))
    if not reads:
        sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
        if not is_of_this_session(sent):
            raise Forbidden(
                "this form is not of your session; open its page again", code="form-refused"
            )
    return None


def admit_fresh() -> AnyResponse | None:
    """Somebody who proved within minutes who they are; others who are signed in are asked to.

    Raises: Unauthenticated, Forbidden.
    """
    elsewhere = admit_account()
    if elsewhere is not None or signed_in().is_fresh:
        return elsewhere
    if not wants_a_page():
        raise Forbidden("prove again who you are, at /account/prove", code="proof-too-old")
    return see(_with_next(PROVE, request.method in ("GET", "HEAD")))


def _check_characters() -> None:
    """Not every store keeps U+0000, so none is asked for it. Raises: InvalidInput."""
    if any(
        "\0" in text for text in (*(request.view_args or {}).values(), *request.values.values())
    ):
        raise InvalidInput("no text holds the character U+0000", code="bad-parameter")


def _look() -> SignedIn | None:
    secret = session_secret()
    if not secret:
        return None
    registry = the_registry()
    now = registry.clock()
    with registry.reading() as uow:
        found = session_of(uow, secret, now)
    if found is None:
        return None
    account, session = found
    if now - session.seen_at >= SEEN_EVERY_MS:
        with registry.bookkeeping() as uow:
            uow.sessions.saw(session.id, now)
    return SignedIn(account, session, is_fresh(session, now))


def _with_next(path: str, reads: bool) -> str:
    """`path`, and where to go on from there: this address if it can be opened, else the page that sent the form."""
    sender = urlsplit(request.headers.get("Referer", "")).path
    here = request.full_path.rstrip("?") if reads else sender
    return f"{path}?next={quote(local(here), safe='/')}"


def _origin() -> str:
    parts = urlsplit(the_registry().place.public_url)
    return f"{parts.scheme}://{parts.netloc}"
