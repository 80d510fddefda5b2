"""Plain keys with which clients that cannot sign ask, each of one platform: kept as digests."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from registry.storage.secret_digest import secret_digest
from registry.storage.tables import query_keys


@dataclass(frozen=True, slots=True)
class QueryKey:
    """`id` names the key in lists and commands; the secret itself is kept nowhere."""

    id: str
    platform: str
    label: str
    created_at: int
    revoked_at: int | None = None


class QueryKeys:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, platform: str) -> list[QueryKey]:
        """All keys of a platform, oldest first, revoked ones included."""
        rows = self._connection.execute(
            select(query_keys)
            .where(query_keys.c.platform == platform)
            .order_by(query_keys.c.created_at, query_keys.c.id)
        )
        return [QueryKey(r.id, r.platform, r.label, r.created_at, r.revoked_at) for r in rows]

    def add(self, key: QueryKey, secret: str) -> None:
        self._connection.execute(
            insert(query_keys),
            {
                "digest": secret_digest(secret),
                "id": key.id,
                "platform": key.platform,
                "label": key.label,
                "created_at": key.created_at,
            },
        )

    def revoke(self, id: str, at: int) -> str | None:
        """The platform whose key it was; None where no such key stands."""
        row = self._connection.execute(
            update(query_keys)
            .where(query_keys.c.id == id, query_keys.c.revoked_at.is_(None))
            .values(revoked_at=at)
            .returning(query_keys.c.platform)
        ).one_or_none()
        return None if row is None else row.platform
