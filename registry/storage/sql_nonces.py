"""Nonces of signed requests in PostgreSQL, each spent once per key, for workers on many machines.

Guarantee: of any number of parallel `spend` calls with the same key and nonce, in any processes, exactly
one returns True. The store may lose everything in a crash of the machine (an unlogged table): whatever was signed
before its birth is refused, so a loss never lets a replay through.
"""

from typing import Any

from sqlalchemy import Engine

from registry.storage.engine import away, writing
from registry.storage.kept import KeptConnections
from registry.storage.prepared_cursor import PreparedCursor

_SWEEP_EVERY = 4096
_MOST_BIRTHS = 3
_BIRTH = "SELECT max(until) FROM nonces WHERE keyid = ''"
_SPEND = (
    "INSERT INTO nonces (keyid, nonce, until) SELECT %s, %s, CAST(%s AS BIGINT) "
    "WHERE (SELECT max(until) FROM nonces WHERE keyid = '') = %s ON CONFLICT DO NOTHING"
)


class SqlNonces:
    """`born_at` is when the store was made (ms); signatures created before are not accepted.

    A birth is a row with an empty key and an empty nonce.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept = KeptConnections(engine, PreparedCursor)
        self._spent = 0
        self._born_at: int | None = None

    def prepare(self, now: int) -> None:
        """Makes the table where it is missing; several workers may do so at once. Raises: Unavailable."""
        with writing(self._engine) as connection:
            connection.exec_driver_sql(
                "CREATE UNLOGGED TABLE IF NOT EXISTS nonces (keyid TEXT NOT NULL, nonce TEXT NOT NULL, "
                "until BIGINT NOT NULL, PRIMARY KEY (keyid, nonce))"
            )
            connection.exec_driver_sql(
                "INSERT INTO nonces (keyid, nonce, until) VALUES ('', '', %s) ON CONFLICT DO NOTHING",
                (now,),
            )

    def born_at(self) -> int:
        """When this store was made. Raises: Unavailable where it is away or empty."""
        born_at = self._birth()
        if born_at is None:
            raise away(LookupError("the nonce store has no birth"))
        return born_at

    def spend(self, keyid: str, nonce: str, *, until: int, now: int) -> bool:
        """Takes note of a nonce, to be remembered until then (ms). False: it was spent before.

        Raises: Unavailable where the store is away.
        """
        return self.spend_since(keyid, nonce, until=until, now=now) is not None

    def spend_since(self, keyid: str, nonce: str, *, until: int, now: int) -> int | None:
        """The same, with what `born_at` is at that moment; None for a spent nonce.

        A nonce is spent in one statement, which does nothing unless the store was born when we think it was. A
        store that lost everything while it was in use (PostgreSQL empties an unlogged table after a crash) is born
        anew here, and this request fails.
        Raises: Unavailable where the store is away, or was empty, or is born again and again.
        """
        self._spent += 1
        if self._spent % _SWEEP_EVERY == 0:
            self.sweep(now)
        for _ in range(_MOST_BIRTHS):
            believed = self._born_at
            if believed is not None and self._run(_SPEND, (keyid, nonce, until, believed)):
                return believed
            born_at = self._birth()
            if born_at is None:
                self.prepare(now)
                raise away(LookupError("the store of nonces was lost, and is made anew"))
            if born_at == believed:
                return None
            self._born_at = born_at
        raise away(LookupError("the store of nonces does not come to rest"))

    def sweep(self, now: int) -> None:
        """Forgets nonces whose time is over; births stay. Raises: Unavailable."""
        self._run("DELETE FROM nonces WHERE until < %s AND keyid <> ''", (now,))

    def close(self) -> None:
        """Closes every connection."""
        self._kept.close()
        self._engine.dispose()

    def _birth(self) -> int | None:
        with self._kept.lent() as connection:
            found = connection.execute(_BIRTH).fetchall()
            return None if found[0][0] is None else int(found[0][0])

    def _run(self, sql: str, parameters: tuple[Any, ...]) -> int:
        """One statement, committed at once; how many rows it changed."""
        with self._kept.lent() as connection:
            return int(connection.execute(sql, parameters).rowcount)
