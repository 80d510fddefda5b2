"""The registry's own keys: public parts, purposes and lifetimes. Private keys never come here."""

import json
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection, insert, select, update

from registry.storage.prebuilt import Prebuilt
from registry.storage.tables import signing_keys

_ALL = Prebuilt(select(signing_keys).order_by(signing_keys.c.not_before, signing_keys.c.kid))
READ_FIRST = (_ALL,)
"""What whoever signs reads in any case."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    kid: str
    purpose: str
    algorithm: str
    jwk: dict[str, str]
    not_before: int
    not_after: int | None
    compromised_at: int | None


# every write reads the table, which hardly ever changes
@lru_cache(maxsize=256)
def _key(kid: str, purpose: str, algorithm: str, jwk: str, *times: int | None) -> StoredKey:
    not_before, not_after, compromised_at = times
    assert not_before is not None
    return StoredKey(
        kid, purpose, algorithm, json.loads(jwk), not_before, not_after, compromised_at
    )


class KeyTable:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[StoredKey]:
        return [_key(*row) for row in _ALL.rows(self._connection)]

    def add(self, key: StoredKey) -> None:
        self._connection.execute(
            insert(signing_keys),
            {
                "kid": key.kid,
                "purpose": key.purpose,
                "algorithm": key.algorithm,
                "jwk": json.dumps(key.jwk),
                "not_before": key.not_before,
                "not_after": key.not_after,
                "compromised_at": key.compromised_at,
            },
        )

    def retire(self, kid: str, at: int) -> None:
        """It signs nothing from `at` on; what it signed before stays verifiable."""
        self._connection.execute(
            update(signing_keys).where(signing_keys.c.kid == kid).values(not_after=at)
        )

    def compromise(self, kid: str, since: int) -> None:
        """From `since` on only signatures that the log shows to be older count."""
        self._connection.execute(
            update(signing_keys).where(signing_keys.c.kid == kid).values(compromised_at=since)
        )
