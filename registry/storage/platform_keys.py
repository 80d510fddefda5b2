"""The keys with which platforms sign: `keyid` → one key, one platform. Real keys and test keys stand in tables of the
same shape, apart from each other.
"""

import json
from dataclasses import dataclass

from sqlalchemy import Connection, Table, insert, select, update
from sqlalchemy.engine import Row

from registry.storage.tables import dossiers, platform_keys


@dataclass(frozen=True, slots=True)
class PlatformKey:
    kid: str
    platform: str
    jwk: dict[str, str]
    added_at: int
    revoked_at: int | None


class KeysOfPlatforms:
    """The keys in one such table."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._connection = connection
        self._table = table

    def find(self, kid: str) -> PlatformKey | None:
        row = self._connection.execute(
            select(self._table).where(self._table.c.kid == kid)
        ).one_or_none()
        return None if row is None else _read(row)

    def of(self, platform: str) -> list[PlatformKey]:
        """A platform's, oldest first, revoked ones included."""
        columns = self._table.c
        rows = self._connection.execute(
            select(self._table)
            .where(columns.platform == platform)
            .order_by(columns.added_at, columns.kid)
        )
        return [_read(row) for row in rows]

    def all(self) -> list[PlatformKey]:
        """Every key of every platform, revoked ones included."""
        rows = self._connection.execute(select(self._table).order_by(self._table.c.kid))
        return [_read(row) for row in rows]

    def add(self, key: PlatformKey) -> None:
        self._connection.execute(
            insert(self._table),
            {
                "kid": key.kid,
                "platform": key.platform,
                "jwk": json.dumps(key.jwk),
                "added_at": key.added_at,
                "revoked_at": key.revoked_at,
            },
        )

    def revoke(self, kid: str, at: int) -> bool:
        """Returns False where no such key stands."""
        columns = self._table.c
        done = self._connection.execute(
            update(self._table)
            .where(columns.kid == kid, columns.revoked_at.is_(None))
            .values(revoked_at=at)
        )
        return done.rowcount == 1


class PlatformKeys(KeysOfPlatforms):
    """The keys with which real questions are signed."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, platform_keys)

    def platforms(self) -> list[str]:
        """The ids of all registered platforms."""
        rows = self._connection.execute(
            select(dossiers.c.id).where(dossiers.c.kind == "platform").order_by(dossiers.c.id)
        )
        return [row.id for row in rows]


def _read(row: Row[tuple[object, ...]]) -> PlatformKey:
    return PlatformKey(row.kid, row.platform, json.loads(row.jwk), row.added_at, row.revoked_at)
