"""Personal tokens: kept as digests, each acting for one rightsholder."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from registry.storage.prebuilt import Prebuilt
from registry.storage.secret_digest import secret_digest
from registry.storage.tables import tokens

_FIND = Prebuilt(select(tokens).where(tokens.c.digest == bindparam("digest")))


@dataclass(frozen=True, slots=True)
class Token:
    id: str
    rightsholder: str
    label: str
    created_at: int
    revoked_at: int | None = None


class Tokens:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, secret: str) -> Token | None:
        """The token whose secret this is, also if it is revoked."""
        for _, *members in _FIND.rows(self._connection, {"digest": secret_digest(secret)}):
            return Token(*members)
        return None

    def of(self, rightsholder: str) -> list[Token]:
        rows = self._connection.execute(
            select(tokens).where(tokens.c.rightsholder == rightsholder).order_by(tokens.c.id)
        )
        return [Token(r.id, r.rightsholder, r.label, r.created_at, r.revoked_at) for r in rows]

    def add(self, token: Token, secret: str) -> None:
        self._connection.execute(
            insert(tokens),
            {
                "digest": secret_digest(secret),
                "id": token.id,
                "rightsholder": token.rightsholder,
                "label": token.label,
                "created_at": token.created_at,
            },
        )

    def revoke(self, id: str, at: int) -> bool:
        """Returns False where no such token stands."""
        done = self._connection.execute(
            update(tokens)
            .where(tokens.c.id == id, tokens.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )
        return done.rowcount == 1
