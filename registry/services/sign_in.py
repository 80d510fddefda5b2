"""Signing in and out: sessions that live under a random secret, and how often somebody may guess.

A session ends when its owner ends it, when it was not used for a week, and after thirty days whatever happens. Its
secret is another one after each proof of who its holder is, so that one planted before is worth nothing (fixation).
"""

import secrets
from dataclasses import dataclass
from typing import Final

from registry.domain.ids import new_id
from registry.instants import DAY_MS, SECOND_MS, rfc3339
from registry.services.notify import NoticeKind, notify_account
from registry.services.send_mail import queue_mail
from registry.storage.accounts import Account
from registry.storage.sessions import HALF, WHOLE, Session
from registry.storage.unit_of_work import UnitOfWork

IDLE_MS: Final = 7 * DAY_MS
LONGEST_MS: Final = 30 * DAY_MS
HALF_MS: Final = 10 * 60 * SECOND_MS
"""For how long a code is waited for after the password."""
FRESH_MS: Final = 5 * 60 * SECOND_MS
"""For how long after a proof somebody may do what loosens or deletes."""
SEEN_EVERY_MS: Final = 5 * 60 * SECOND_MS
"""How exactly it is kept when a session was last in use."""

WINDOW_MS: Final = 15 * 60 * SECOND_MS
GUESSES_OF_ONE: Final = 10
"""So many wrong proofs for one account (or address that has none) in a quarter of an hour."""
GUESSES_FROM_ONE: Final = 60
"""So many from one network address."""


@dataclass(frozen=True, slots=True)
class Device:
    """By what somebody recognises a session of theirs."""

    name: str
    network: str


def guess_is_allowed(uow: UnitOfWork, whose: str, network: str, now: int) -> bool:
    """Counts one try before it is looked at, so that many at once are counted too. False: it must not be looked at.

    `whose`: the address that was typed, whether it has an account or not.
    """
    of_one = uow.attempts.count("guess", whose, now, WINDOW_MS)
    from_one = uow.attempts.count("guess-from", network, now, WINDOW_MS)
    return of_one <= GUESSES_OF_ONE and from_one <= GUESSES_FROM_ONE


def guessed_right(uow: UnitOfWork, whose: str) -> None:
    """It was who they said: what was counted against the account is forgotten."""
    uow.attempts.forgive("guess", whose)


def begin_session(
    uow: UnitOfWork, account: Account, device: Device, now: int, *, stage: str = WHOLE
) -> str:
    """A fresh session; returns its secret. `stage` HALF: a code is waited for, and it opens nothing until then."""
    secret = secrets.token_urlsafe(32)
    life = HALF_MS if stage == HALF else LONGEST_MS
    session = Session(
        id=new_id(now),
        account=account.id,
        stage=stage,
        made_at=now,
        seen_at=now,
        proved_at=now,
        until=now + life,
        device=device.name,
        network=device.network,
    )
    uow.sessions.add(session, secret)
    return secret


def tell_of_sign_in(
    uow: UnitOfWork, account: Account, device: Device, public_url: str, now: int
) -> None:
    """A mail to the owner, and a line in their inbox, where no session of theirs is of this device and network."""
    known = {
        (each.device, each.network)
        for each in uow.sessions.of(account.id)
        if each.made_at < now and each.stage == WHOLE  # a half one is this very sign-in
    }
    if (device.name, device.network) in known:
        return
    words = {
        "device": device.name,
        "network": device.network,
        "when": f"{rfc3339(now)[:16].replace('T', ' ')} UTC",
    }
    link = f"{public_url}/account/sessions"
    queue_mail(uow, account.address, "new-sign-in", account.language, now=now, link=link, **words)
    notify_account(uow, account, NoticeKind.NEW_SIGN_IN, now, **words)


def session_of(
    uow: UnitOfWork, secret: str, now: int, stage: str = WHOLE
) -> tuple[Account, Session] | None:
    """Whose session this is, while it counts."""
    session = uow.sessions.find(secret)
    if session is None or session.stage != stage:
        return None
    if now >= session.until or now - session.seen_at >= IDLE_MS:
        return None
    account = uow.accounts.find(session.account)
    return None if account is None else (account, session)


def prove_anew(uow: UnitOfWork, session: Session, now: int) -> str | None:
    """Its holder proved who they are: the secret from now on, or None where the session has ended meanwhile."""
    secret = secrets.token_urlsafe(32)
    if not uow.sessions.proved(session.id, now, secret):
        return None
    if session.stage == HALF:
        uow.sessions.lengthen(session.id, now + LONGEST_MS)
    return secret


def is_fresh(session: Session, now: int) -> bool:
    """Did its holder prove within minutes who they are?"""
    return 0 <= now - session.proved_at < FRESH_MS
