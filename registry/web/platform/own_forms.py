"""What the forms of a platform's pages do. Each is one transaction, in which the role of whoever sent it is asked for
first; where something does not hold, the page comes again with the reason.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import Conflict, InvalidInput, KeyRefused, NotFound
from registry.services.act_for import count_invitation
from registry.services.add_test_key import add_test_key, revoke_test_key
from registry.services.find import the_platform
from registry.services.issue_query_key import issue_query_key, revoke_query_key
from registry.services.join_platform import (
    accept_invitation,
    invite,
    join_platform,
    remove_member,
    set_contact,
    set_role,
    the_member,
)
from registry.services.ledger import Ledger
from registry.services.offer_affiliation import end_offer_or_affiliation, offer_affiliation
from registry.services.prove_claim import AskedTooSoon
from registry.services.prove_domain import ask_for_domain_proof, name_domain
from registry.services.read_directory import use_directory
from registry.services.register_platform import add_platform_key, revoke_platform_key
from registry.services.send_mail import queue_mail
from registry.storage.platform_members import Role
from registry.web.account.said import sent
from registry.web.languages import language
from registry.web.platform import own_pages
from registry.web.signed_in import see, signed_in
from registry.web.wired import the_registry

MOST_JWK = 4_000
_FAULTS = (InvalidInput, KeyRefused, Conflict, NotFound, AskedTooSoon)

Act = Callable[[Ledger], object]
Again = Callable[..., Response]


def post_new() -> AnyResponse:
    """Registers a platform for which one acts from now on."""
    who = signed_in()
    try:
        with the_registry().writing() as ledger:
            given = sent("name"), sent("legal_entity"), sent("contact")
            id = join_platform(ledger, who.account.id, *given, who.actor)
    except _FAULTS as error:
        return own_pages.get_new(error)
    return see(f"/platform/{id}")


def post_invitation() -> AnyResponse:
    """Takes an invitation up."""
    registry, who = the_registry(), signed_in()
    try:
        with registry.bookkeeping() as uow:
            member = accept_invitation(uow, sent("secret"), who.account.id, registry.clock())
    except _FAULTS as error:
        return own_pages.get_invitation(error)
    return see(f"/platform/{member.platform}")


# -- who it is --


def post_contact(id: str) -> AnyResponse:
    """Where to reach it."""
    return _done(id, Role.ADMIN, lambda ledger: set_contact(ledger.uow, id, sent("contact")))


def post_domain(id: str) -> AnyResponse:
    """Names its domain, and has it looked at."""

    def name(ledger: Ledger) -> None:
        profile = name_domain(ledger, id, sent("domain"), signed_in().actor)
        if profile.domain is not None:
            with suppress(AskedTooSoon):  # then they ask by the button
                ask_for_domain_proof(ledger, id)

    return _done(id, Role.ENGINEER, name)


def post_look(id: str) -> AnyResponse:
    """Has its domain looked at."""
    return _done(id, Role.ENGINEER, lambda ledger: ask_for_domain_proof(ledger, id))


def post_affiliation(id: str) -> AnyResponse:
    """Says that it belongs to another, or another to it."""

    def offer(ledger: Ledger) -> None:
        platform, parent = _pair(id)
        offer_affiliation(ledger, platform, parent, id, signed_in().actor)

    return _done(id, Role.ADMIN, offer)


def post_end_affiliation(id: str) -> AnyResponse:
    """Says that it is not so, or not any more."""

    def end(ledger: Ledger) -> None:
        platform, parent = _pair(id)
        end_offer_or_affiliation(ledger, platform, parent, id, signed_in().actor)

    return _done(id, Role.ADMIN, end)


# -- keys --


def post_key(id: str) -> AnyResponse:
    """Adds a key, a real one or (`test`) one for the sandbox."""

    def add(ledger: Ledger) -> None:
        jwk, actor = _jwk(), signed_in().actor
        if sent("test"):
            add_test_key(ledger.uow, id, jwk, ledger.now, actor)
        else:
            add_platform_key(ledger, id, jwk, actor)

    return _done(id, Role.ENGINEER, add, own_pages.get_keys, "/keys")


def post_revoke_key(id: str) -> AnyResponse:
    """Revokes a key of this platform's, of whichever kind."""

    def revoke(ledger: Ledger) -> None:
        key, uow, actor = sent("key"), ledger.uow, signed_in().actor
        if key in {each.kid for each in uow.platform_keys.of(id)}:
            revoke_platform_key(ledger, key, actor)
        elif key in {each.id for each in uow.query_keys.of(id)}:
            revoke_query_key(ledger, key, actor)
        else:
            revoke_test_key(uow, id, key, ledger.now, actor)

    return _done(id, Role.ENGINEER, revoke, own_pages.get_keys, "/keys")


def post_query_key(id: str) -> AnyResponse:
    """Makes a plain key; its secret is shown on this page and never again."""
    who = signed_in()
    try:
        with the_registry().writing() as ledger:
            the_member(ledger.uow, id, who.account.id, Role.ENGINEER)
            _, secret = issue_query_key(ledger, id, sent("label"), who.actor)
    except InvalidInput as error:
        return own_pages.get_keys(id, error)
    return own_pages.get_keys(id, None, secret)


def post_directory(id: str) -> AnyResponse:
    """Has keys read from the directory at its domain, or no more."""
    return _done(
        id,
        Role.ENGINEER,
        lambda ledger: use_directory(ledger, id, signed_in().actor, wanted=sent("wanted") == "yes"),
        own_pages.get_keys,
        "/keys",
    )


# -- members --


def post_invite(id: str) -> AnyResponse:
    """Invites somebody by mail."""

    def ask(ledger: Ledger) -> None:
        who, uow, now = signed_in(), ledger.uow, ledger.now
        count_invitation(uow, who.account.id, now)
        invitation, secret = invite(uow, id, sent("contact"), _role(), who.account.id, now)
        link = f"{the_registry().place.public_url}/platform/invitation?secret={quote(secret)}"
        words = {"platform": the_platform(uow, id).name, "link": link}
        queue_mail(uow, invitation.email, "platform-invitation", language(), now=now, **words)

    return _done(id, Role.ADMIN, ask, own_pages.get_members, "/members")


def post_end_invitation(id: str) -> AnyResponse:
    """Takes an invitation back."""
    return _done(
        id,
        Role.ADMIN,
        lambda ledger: ledger.uow.platform_members.end_invitation(id, sent("invitation")),
        own_pages.get_members,
        "/members",
    )


def post_role(id: str) -> AnyResponse:
    """Gives a member another role."""
    return _done(
        id,
        Role.ADMIN,
        lambda ledger: set_role(ledger.uow, id, sent("member"), _role()),
        own_pages.get_members,
        "/members",
    )


def post_remove_member(id: str) -> AnyResponse:
    """Ends that somebody acts for it. Whoever they are may do that for themselves."""
    account = sent("member")
    own = account == signed_in().account.id
    answer = _done(
        id,
        Role.VIEWER if own else Role.ADMIN,
        lambda ledger: remove_member(ledger.uow, id, account),
        own_pages.get_members,
        "/members",
    )
    return see("/platform") if own and answer.status_code == 303 else answer


# -- parts --


def _done(
    id: str,
    needed: Role,
    act: Act,
    again: Again = own_pages.get_overview,
    path: str = "",
) -> AnyResponse:
    """Does it, if whoever is signed in has the role; then the page anew.

    Raises: NotFound for who does not act for the platform, Forbidden for a lesser role.
    """
    try:
        with the_registry().writing() as ledger:
            the_member(ledger.uow, id, signed_in().account.id, needed)
            act(ledger)
    except _FAULTS as error:
        return again(id, error)
    return see(f"/platform/{id}{path}")


def _pair(id: str) -> tuple[str, str]:
    """(platform, parent): the form names the other side, and which of the two acts for which."""
    other = sent("other").strip()
    return (id, other) if sent("as") == "affiliate" else (other, id)


def _role() -> Role:
    """Raises: InvalidInput."""
    try:
        return Role(sent("role"))
    except ValueError:
        raise InvalidInput("there is no such role", field="role") from None


def _jwk() -> Mapping[str, Any]:
    """The pasted key. Raises: InvalidInput (field jwk)."""
    try:
        found = json.loads(sent("jwk", MOST_JWK))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidInput("paste one JWK, a JSON object", field="jwk")
    return found
