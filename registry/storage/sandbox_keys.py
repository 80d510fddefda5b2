"""Keys of platforms that the sandbox alone answers.

Guarantee: a test key is never a key with which a real question is answered, nor the other way round: whoever adds one
has looked in both tables within the same write transaction, of which there is one at a time.
"""

import json
from typing import Any

from sqlalchemy import Connection, insert, select, update

from registry.storage.platform_keys import PlatformKey
from registry.storage.platform_tables import test_keys


class SandboxKeys:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, kid: str) -> PlatformKey | None:
        row = self._connection.execute(
            select(test_keys).where(test_keys.c.kid == kid)
        ).one_or_none()
        return None if row is None else _read(row)

    def of(self, platform: str) -> list[PlatformKey]:
        """A platform's, oldest first, revoked ones included."""
        rows = self._connection.execute(
            select(test_keys)
            .where(test_keys.c.platform == platform)
            .order_by(test_keys.c.added_at, test_keys.c.kid)
        )
        return [_read(row) for row in rows]

    def add(self, key: PlatformKey) -> None:
        self._connection.execute(
            insert(test_keys),
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
            update(test_keys)
            .where(test_keys.c.kid == kid, test_keys.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )
        return done.rowcount == 1


def _read(row: Any) -> PlatformKey:
    return PlatformKey(row.kid, row.platform, json.loads(row.jwk), row.added_at, row.revoked_at)
