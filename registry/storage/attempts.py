"""How often something was tried in a stretch of time: counted in SQL, so that all processes share the count."""

import hashlib
from typing import Any

from sqlalchemy import Connection, delete
from sqlalchemy.dialects import postgresql, sqlite

from registry.storage.account_tables import attempts

_C = attempts.c
_DIALECTS: dict[str, Any] = {"postgresql": postgresql, "sqlite": sqlite}


class Attempts:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self, scope: str, counted: str, now: int, length: int) -> int:
        """Counts one attempt of this scope against `counted` (an address, an account), in a stretch of `length` (ms).
        Returns how many it makes in this stretch."""
        fresh = _DIALECTS[self._connection.dialect.name].insert(attempts)
        added = fresh.on_conflict_do_update(
            index_elements=["counted", "window"], set_={"count": _C.count + 1}
        ).returning(_C.count)
        row = {"counted": _key(scope, counted), "window": now - now % length, "count": 1}
        return int(self._connection.execute(added, row).scalar_one())

    def forgive(self, scope: str, counted: str) -> None:
        """Forgets what was counted against it: it was who they said."""
        self._connection.execute(delete(attempts).where(_C.counted == _key(scope, counted)))

    def forget(self, before: int) -> None:
        """Deletes stretches that began before this moment."""
        self._connection.execute(delete(attempts).where(_C.window < before))


def _key(scope: str, counted: str) -> bytes:
    return hashlib.sha256(f"{scope}:{counted}".encode()).digest()
