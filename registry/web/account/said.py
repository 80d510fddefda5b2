"""What the account's pages say where something does not hold: a sentence for each code, in the reader's language."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Response, request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from registry.errors import RegistryError
from registry.services.passwords import hash_password
from registry.services.sign_in import Device
from registry.services.sign_up import Visitor
from registry.web.device import counted_network, device_of, shown_network
from registry.web.languages import language
from registry.web.page import present
from registry.web.wired import the_registry

SCRIPTED = frozenset({"sign-in.html", "prove.html", "passkeys.html"})
"""Pages that may run the script for passkeys."""

SENTENCES: Mapping[str, LazyString] = {
    "email": _l("This is no e-mail address that we can write to. It looks like ada@example.org."),
    "name": _l("A name is one line of 1 to 100 characters."),
    "role": _l("A rightsholder keeps one owner. Make somebody else owner first."),
    "password-short": _l("A password has 15 characters or more. Four or five words that you choose will do."),
    "password-long": _l("A password has at most 256 characters."),
    "password-unprintable": _l("A password is made of characters that can be typed."),
    "password-simple": _l("This repeats itself. Choose words that do not."),
    "password-common": _l("This is made of what many use: common words, runs of keys, digits. Choose other words."),
    "password-about-you": _l(
        "This is made of your name, your address or the name of this registry. Choose words that have nothing to do "
        "with them."
    ),
    "password-breached": _l(
        "This is on a list of passwords that were stolen elsewhere, so it is tried first. Choose another one."
    ),
    "wrong": _l("Address and password do not fit together. (Which of them is wrong is not said to anybody.)"),
    "wrong-password": _l("This is not your password."),
    "wrong-code": _l("This code does not count, or not any more. Take the newest one."),
    "codes-away": _l(
        "Codes of authenticators cannot be checked just now, and that is not your fault. One of your recovery codes or "
        "a passkey signs you in."
    ),
    "too-many": _l("Too many wrong tries. Wait a quarter of an hour, or sign in with a passkey."),
    "provider": _l("That did not work: it took too long, or what the provider said does not hold."),
    "unverified-address": _l(
        "The provider does not say that it verified your e-mail address. Open an account by mail, and add the "
        "provider there."
    ),
    "address-taken": _l(
        "An account with this e-mail address is here already. Sign in to it, and add the provider there."
    ),
    "identity-taken": _l("This is the way into an account already."),
    "invited-many": _l("You have invited many people today. Go on tomorrow."),
}  # fmt: skip


def sentence_of(error: RegistryError) -> str:
    """What a page says of one of our errors."""
    for key in (error.code, error.field or ""):
        if key in SENTENCES:
            return str(SENTENCES[key])
    return error.message


def form_page(
    template: str,
    members: Mapping[str, Any] | None = None,
    *,
    error: str | RegistryError | None = None,
    field: str = "",
    status: int | None = None,
) -> Response:
    """The page of a form; with an error (a code of SENTENCES, or one of ours) it says what to change, and where."""
    said = None
    if isinstance(error, RegistryError):
        field, said = error.field or field, sentence_of(error)
    elif error is not None:
        said = str(SENTENCES[error])
    shown = {**(members or {}), "error": said, "error_field": field if said else ""}
    if status is None:
        status = 422 if said else 200
    return present(f"account/{template}", shown, status=status, script=template in SCRIPTED)


def sent(name: str, most: int = 500) -> str:
    """A field of the form that was sent, at most so long."""
    return request.form.get(name, "")[:most]


def new_password(*about: str) -> str:
    """What is kept of the password that was sent, if it may be one. `about`: what is known of its owner.

    Raises: InvalidInput (field password), Unavailable.
    """
    registry = the_registry()
    here = urlsplit(registry.place.public_url).hostname or ""
    return hash_password(sent("password"), (*about, here), registry.breached)


def device() -> Device:
    """From which browser and network this request comes."""
    agent = request.headers.get("User-Agent", "")
    return Device(device_of(agent), shown_network(request.remote_addr or ""))


def visitor() -> Visitor:
    """Who asks for a mail."""
    return Visitor(network(), language(), the_registry().place.public_url)


def network() -> str:
    """What this request's address counts as."""
    return counted_network(request.remote_addr or "")
