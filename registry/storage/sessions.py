"""Sessions of people who are signed in: kept under the digest of their secret, which only the browser has."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from registry.storage.account_tables import sessions
from registry.storage.journal import Note
from registry.storage.secret_digest import secret_digest

_S = sessions.c
WHOLE, HALF = "whole", "half"
"""Signed in; or the password held and a code is waited for, which opens nothing else."""


@dataclass(frozen=True, slots=True)
class Session:
    """Times in ms. `proved_at`: when its holder last proved who they are; `until`: its end, whatever happens.
    `device` and `network`: what its owner recognises it by."""

    id: str
    account: str
    stage: str
    made_at: int
    seen_at: int
    proved_at: int
    until: int
    device: str
    network: str


class Sessions:
    def __init__(self, connection: Connection, note: Note) -> None:
        self._connection = connection
        self._note = note

    def add(self, session: Session, secret: str) -> None:
        row = {name: getattr(session, name) for name in Session.__slots__}
        self._connection.execute(insert(sessions), {"digest": secret_digest(secret), **row})
        self._note("session.begun", session.account, begun=session.id, stage=session.stage)

    def find(self, secret: str) -> Session | None:
        row = self._connection.execute(
            select(sessions).where(_S.digest == secret_digest(secret))
        ).one_or_none()
        return None if row is None else _session(row)

    def of(self, account: str) -> list[Session]:
        """An account's, the one seen last first."""
        rows = self._connection.execute(
            select(sessions).where(_S.account == account).order_by(_S.seen_at.desc(), _S.id)
        )
        return [_session(row) for row in rows]

    def saw(self, id: str, now: int) -> None:
        """Notes that a session was in use at this moment."""
        self._connection.execute(update(sessions).where(_S.id == id).values(seen_at=now))

    def proved(self, id: str, now: int, secret: str) -> bool:
        """Its holder proved anew who they are: a whole session from now on, under another secret. False: it ended."""
        values = {"digest": secret_digest(secret), "stage": WHOLE, "proved_at": now, "seen_at": now}
        if (
            self._connection.execute(update(sessions).where(_S.id == id).values(values)).rowcount
            != 1
        ):
            return False
        self._note("session.proved", proved=id)
        return True

    def lengthen(self, id: str, until: int) -> None:
        """Moves its end to this moment."""
        self._connection.execute(update(sessions).where(_S.id == id).values(until=until))

    def end(self, account: str, id: str) -> bool:
        """Returns False where this account has no such session."""
        found = (_S.account == account, _S.id == id)
        if self._connection.execute(delete(sessions).where(*found)).rowcount != 1:
            return False
        self._note("session.ended", account, ended=id)
        return True

    def end_all(self, account: str, but: str | None = None) -> int:
        """Ends every session of an account, but this one. Returns how many."""
        found = [_S.account == account] + ([] if but is None else [_S.id != but])
        ended = self._connection.execute(delete(sessions).where(*found)).rowcount
        self._note("session.all-ended", account, count=ended)
        return ended

    def forget(self, now: int, seen_before: int) -> int:
        """Deletes what has ended, and what was not seen since then. Returns how many."""
        over = (_S.until <= now) | (_S.seen_at < seen_before)
        return self._connection.execute(delete(sessions).where(over)).rowcount


def _session(row: object) -> Session:
    return Session(*(getattr(row, name) for name in Session.__slots__))
