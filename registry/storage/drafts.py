"""What somebody has begun to say on the pages, question by question, until it is sent; and what came of it.

A draft is opened by the secret in the browser's cookie (kept as a digest), or by the account that it became part of.
Once an account has it, nobody else opens it.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from registry.domain.ids import is_id
from registry.storage.account_tables import drafts
from registry.storage.secret_digest import secret_digest

_D = drafts.c


@dataclass(frozen=True, slots=True)
class Draft:
    """`answers` by question; `outcome`: what was registered, once it was sent; `until` in ms."""

    id: str
    account: str | None
    answers: Mapping[str, Any]
    outcome: Mapping[str, Any] | None
    until: int


class Drafts:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, draft: Draft) -> str:
        """Returns the secret for the browser's cookie: 256 random bits, kept nowhere."""
        secret = secrets.token_urlsafe(32)
        row = {
            "id": draft.id,
            "digest": secret_digest(secret),
            "account": draft.account,
            "answers": json.dumps(draft.answers),
            "until": draft.until,
        }
        self._connection.execute(insert(drafts), row)
        return secret

    def held(self, secret: str, account: str | None, now: int) -> Draft | None:
        """The draft of this secret that is not sent yet, unless it is somebody else's than `account`'s."""
        found = self._one(_D.digest == secret_digest(secret), _D.until > now, _D.outcome.is_(None))
        return found if found is None or found.account in (None, account) else None

    def open_of(self, account: str, now: int) -> Draft | None:
        """The newest draft of an account that is not sent yet."""
        return self._one(_D.account == account, _D.until > now, _D.outcome.is_(None))

    def of(self, account: str, id: str) -> Draft | None:
        """A draft of this account, sent or not."""
        return self._one(_D.account == account, _D.id == id) if is_id(id) else None

    def sent_last(self, account: str) -> Draft | None:
        """The newest draft of an account that was sent."""
        return self._one(_D.account == account, _D.outcome.is_not(None))

    def change(self, draft: Draft) -> bool:
        """Keeps its answers and outcome, whose it is and until when. False where it was sent or is gone."""
        outcome = None if draft.outcome is None else json.dumps(draft.outcome)
        changed = (
            update(drafts)
            .where(_D.id == draft.id, _D.outcome.is_(None))
            .values(
                account=draft.account,
                answers=json.dumps(draft.answers),
                outcome=outcome,
                until=draft.until,
            )
        )
        return self._connection.execute(changed).rowcount == 1

    def drop(self, id: str) -> None:
        """Deletes it."""
        self._connection.execute(delete(drafts).where(_D.id == id))

    def forget(self, now: int) -> None:
        """Deletes what has run out."""
        self._connection.execute(delete(drafts).where(_D.until <= now))

    def _one(self, *conditions: Any) -> Draft | None:
        wanted = select(drafts).where(*conditions).order_by(_D.id.desc()).limit(1)
        row = self._connection.execute(wanted).one_or_none()
        if row is None:
            return None
        outcome = None if row.outcome is None else json.loads(row.outcome)
        return Draft(row.id, row.account, json.loads(row.answers), outcome, row.until)
