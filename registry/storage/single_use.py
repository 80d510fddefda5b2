"""Secrets that count once and for a while: links sent by mail, and what was begun in a browser and is not over
(a passkey's challenge, a sign-in at another provider). Each is kept under its digest and bound to a purpose."""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from registry.storage.account_tables import ceremonies, single_use_links
from registry.storage.journal import Note
from registry.storage.secret_digest import secret_digest

_L, _C = single_use_links.c, ceremonies.c


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was sent to an address, for one purpose. `subject`: what it is about, in the purpose's own words;
    `until` in ms."""

    purpose: str
    address: str
    account: str | None
    subject: str | None
    until: int


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What was begun, for whom (None: nobody known yet), and what has to be remembered of it."""

    purpose: str
    account: str | None
    body: Mapping[str, Any]
    until: int


class SingleUse:
    def __init__(self, connection: Connection, note: Note) -> None:
        self._connection = connection
        self._note = note

    def add_link(self, link: Link) -> str:
        """Returns the secret that goes into the link: 256 random bits, kept nowhere."""
        secret = secrets.token_urlsafe(32)
        row = {name: getattr(link, name) for name in Link.__slots__}
        self._connection.execute(insert(single_use_links), {"digest": secret_digest(secret), **row})
        if link.subject is not None:  # what anybody can have sent to an address is no act
            about = link.subject.partition(" ")[0]
            self._note("link.sent", link.account, purpose=link.purpose, about=about)
        return secret

    def look_at_link(self, secret: str, purpose: str, now: int) -> Link | None:
        """The link, where it still counts for this purpose; it is not used up."""
        row = self._connection.execute(
            select(single_use_links).where(
                _L.digest == secret_digest(secret), _L.purpose == purpose, _L.until > now
            )
        ).one_or_none()
        return None if row is None else Link(*(getattr(row, name) for name in Link.__slots__))

    def use_link(self, secret: str, purpose: str, now: int) -> Link | None:
        """The same, and uses it up: of any number who try, one gets it."""
        link = self.look_at_link(secret, purpose, now)
        used = self._connection.execute(
            delete(single_use_links).where(
                _L.digest == secret_digest(secret), _L.purpose == purpose, _L.until > now
            )
        ).rowcount
        return link if used else None

    def forget_links_to(self, address: str, purpose: str) -> None:
        """What was sent to this address for this purpose counts no more."""
        self._connection.execute(
            delete(single_use_links).where(_L.address == address, _L.purpose == purpose)
        )

    def forget_links_of(self, account: str, *purposes: str) -> None:
        """What this account asked for, for these purposes, counts no more, wherever it was sent."""
        self._connection.execute(
            delete(single_use_links).where(_L.account == account, _L.purpose.in_(purposes))
        )

    def forget_links_about(self, purpose: str, subjects: Iterable[str]) -> None:
        """What was sent about these for this purpose counts no more."""
        self._connection.execute(
            delete(single_use_links).where(_L.purpose == purpose, _L.subject.in_(list(subjects)))
        )

    def begin(self, ceremony: Ceremony) -> str:
        """Returns the secret under which it is gone on with."""
        secret = secrets.token_urlsafe(32)
        row = {
            "digest": secret_digest(secret),
            "purpose": ceremony.purpose,
            "account": ceremony.account,
            "body": json.dumps(ceremony.body),
            "until": ceremony.until,
        }
        self._connection.execute(insert(ceremonies), row)
        return secret

    def finish(self, secret: str, purpose: str, now: int) -> Ceremony | None:
        """What was begun, once; None where nothing was, or it took too long, or somebody finished it."""
        row = self._connection.execute(
            delete(ceremonies)
            .where(_C.digest == secret_digest(secret), _C.purpose == purpose, _C.until > now)
            .returning(_C.purpose, _C.account, _C.body, _C.until)
        ).one_or_none()
        return (
            None
            if row is None
            else Ceremony(row.purpose, row.account, json.loads(row.body), row.until)
        )

    def forget(self, now: int) -> None:
        """Deletes what has run out."""
        self._connection.execute(delete(single_use_links).where(_L.until <= now))
        self._connection.execute(delete(ceremonies).where(_C.until <= now))
