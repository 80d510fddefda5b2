"""The keys with which platforms sign: `keyid` → one key, one platform."""

import json
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.engine import Row

from registry.storage.tables import dossiers, platform_keys


@dataclass(frozen=True, slots=True)
class PlatformKey:
    kid: str
    platform: str
    jwk: dict[str, str]
    added_at: int
    revoked_at: int | None


class PlatformKeys:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, kid: str) -> PlatformKey | None:
        row = self._connection.execute(
            select(platform_keys).where(platform_keys.c.kid == kid)
        ).one_or_none()
        return None if row is None else _read(row)

    def of(self, platform: str) -> list[PlatformKey]:
        rows = self._connection.execute(
            select(platform_keys)
            .where(platform_keys.c.platform == platform)
            .order_by(platform_keys.c.added_at, platform_keys.c.kid)
        )
        return [_read(row) for row in rows]

    def all(self) -> list[PlatformKey]:
        """Every key of every platform, revoked ones included."""
        rows = self._connection.execute(select(platform_keys).order_by(platform_keys.c.kid))
        return [_read(row) for row in rows]

    def add(self, key: PlatformKey) -> None:
        self._connection.execute(
            insert(platform_keys),
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
        done = self._connection.execute(
            update(platform_keys)
            .where(platform_keys.c.kid == kid, platform_keys.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )
        return done.rowcount == 1

    def platforms(self) -> list[str]:
        """The ids of all registered platforms."""
        rows = self._connection.execute(
            select(dossiers.c.id).where(dossiers.c.kind == "platform").order_by(dossiers.c.id)
        )
        return [row.id for row in rows]


def _read(row: Row[tuple[object, ...]]) -> PlatformKey:
    return PlatformKey(row.kid, row.platform, json.loads(row.jwk), row.added_at, row.revoked_at)
