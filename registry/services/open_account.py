"""Rightsholders and their personal tokens; for now by the operator's hand."""

import secrets

from registry.domain.events import RightsholderRegistered
from registry.domain.ids import new_id
from registry.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from registry.services.actor import Actor
from registry.services.find import the_rightsholder
from registry.services.ledger import Ledger
from registry.services.note_act import note_act
from registry.storage.tokens import Token
from registry.storage.unit_of_work import UnitOfWork

TOKEN_PREFIX = "crt_"  # noqa: S105


def register_rightsholder(ledger: Ledger, name: str, by: Actor) -> str:
    """A new rightsholder. Returns its id. Raises: InvalidInput (field name)."""
    name = name.strip()
    if not name or len(name) > 200 or not name.isprintable():
        raise InvalidInput("a name is one line of 1 to 200 characters", field="name")
    event = RightsholderRegistered(rightsholder=new_id(ledger.now), name=name)
    ledger.append(event, by, details={"rightsholder": event.rightsholder})
    return event.rightsholder


def issue_token(ledger: Ledger, rightsholder: str, label: str, by: Actor) -> tuple[Token, str]:
    """A personal token that acts for one rightsholder. Its secret is shown once and kept nowhere.

    Raises: NotFound.
    """
    the_rightsholder(ledger.uow, rightsholder, field="rightsholder")
    token = Token(new_id(ledger.now), rightsholder, label.strip() or "token", ledger.now)
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    ledger.uow.tokens.add(token, secret)
    note_act(ledger.uow, "token.issued", by, ledger.now, token=token.id, rightsholder=rightsholder)
    return token, secret


def revoke_token(ledger: Ledger, id: str, by: Actor) -> None:
    """Ends a token at once. Raises: NotFound."""
    if not ledger.uow.tokens.revoke(id, ledger.now):
        raise NotFound(f"there is no token {id!r} in use", field="token")
    note_act(ledger.uow, "token.revoked", by, ledger.now, token=id)


def authenticate_token(uow: UnitOfWork, authorization: str | None) -> Token:
    """The token in an `Authorization: Bearer …` header.

    Raises: Unauthenticated saying what is missing; Forbidden never: a revoked token is nobody.
    """
    scheme, _, secret = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated(
            "send your personal token as: Authorization: Bearer crt_…", field="Authorization"
        )
    token = uow.tokens.find(secret.strip())
    if token is None or token.revoked_at is not None:
        raise Unauthenticated("this token is unknown or was revoked", field="Authorization")
    return token


def acts_for(token: Token, rightsholder: str | None) -> str:
    """The rightsholder for whom a token acts. Raises: Forbidden for another one."""
    if rightsholder is not None and rightsholder != token.rightsholder:
        raise Forbidden("this token does not act for that rightsholder", field="rightsholder")
    return token.rightsholder
