"""Who may look at how much for how long: grants to accounts, given and ended by stewards, and the tokens by which an
auditor's programs look under one. Each change is an act in the journal.
"""

import secrets
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, insert, select, update

from registry.storage.audit_tables import audit_grants, audit_tokens
from registry.storage.journal import Note
from registry.storage.secret_digest import secret_digest

_G, _T = audit_grants.c, audit_tokens.c
TOKEN_PREFIX: Final = "cra_"  # noqa: S105

Scope = Literal["everything", "rightsholder", "platform"]


@dataclass(frozen=True, slots=True)
class AuditGrant:
    """An account may look at `scope`: everything, or what is about `subject`, from `since` up to, not including,
    `until` (ms), unless it was ended before."""

    id: str
    account: str
    scope: Scope
    subject: str | None
    granted_by: str
    since: int
    until: int
    ended_at: int | None = None

    def counts(self, now: int) -> bool:
        """May they look at this moment?"""
        return self.ended_at is None and self.since <= now < self.until


@dataclass(frozen=True, slots=True)
class AuditToken:
    id: str
    audit_grant: str
    account: str
    made_at: int
    ended_at: int | None = None


class AuditGrants:
    def __init__(self, connection: Connection, note: Note) -> None:
        self._connection = connection
        self._note = note

    def add(self, grant: AuditGrant) -> None:
        row = {name: getattr(grant, name) for name in AuditGrant.__slots__}
        self._connection.execute(insert(audit_grants), row)
        whom = {"grant": grant.id, "scope": grant.scope, "about": grant.subject}
        self._note("audit.granted", grant.account, **whom, until=grant.until)

    def find(self, id: str) -> AuditGrant | None:
        row = self._connection.execute(select(audit_grants).where(_G.id == id)).one_or_none()
        return None if row is None else _grant(row)

    def of(self, account: str, now: int) -> list[AuditGrant]:
        """Those of an account that count now, the newest first."""
        rows = self._connection.execute(
            select(audit_grants)
            .where(_G.account == account)
            .order_by(_G.since.desc(), _G.id.desc())
        )
        return [each for each in map(_grant, rows) if each.counts(now)]

    def all(self) -> list[AuditGrant]:
        """Every one that was ever given, but to accounts that are deleted; the newest first."""
        rows = self._connection.execute(
            select(audit_grants).order_by(_G.since.desc(), _G.id.desc())
        )
        return [_grant(row) for row in rows]

    def end(self, id: str, now: int) -> bool:
        """Returns False where there is none that was not ended yet."""
        done = self._connection.execute(
            update(audit_grants).where(_G.id == id, _G.ended_at.is_(None)).values(ended_at=now)
        )
        if done.rowcount != 1:
            return False
        self._note("audit.ended", grant=id)
        return True

    # -- tokens --

    def add_token(self, token: AuditToken) -> str:
        """Returns its secret: 256 random bits, kept nowhere."""
        secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
        row = {name: getattr(token, name) for name in AuditToken.__slots__}
        self._connection.execute(insert(audit_tokens), {**row, "digest": secret_digest(secret)})
        self._note("audit.token-made", token.account, token=token.id, grant=token.audit_grant)
        return secret

    def by_token(self, secret: str) -> AuditGrant | None:
        """The grant under which this token looks, while the token counts; whether the grant does is its own matter."""
        row = self._connection.execute(
            select(audit_grants)
            .join(audit_tokens, _T.audit_grant == _G.id)
            .where(_T.digest == secret_digest(secret), _T.ended_at.is_(None))
        ).one_or_none()
        return None if row is None else _grant(row)

    def end_tokens(self, grant: str, now: int) -> int:
        """No token of this grant counts any more. Returns how many did."""
        done = self._connection.execute(
            update(audit_tokens)
            .where(_T.audit_grant == grant, _T.ended_at.is_(None))
            .values(ended_at=now)
        )
        if done.rowcount:
            self._note("audit.tokens-ended", grant=grant, count=done.rowcount)
        return done.rowcount


def _grant(row: Any) -> AuditGrant:
    return AuditGrant(*(getattr(row, name) for name in AuditGrant.__slots__))
