"""Nonces of signed requests, each spent once per key, in a store of its own that all workers share.

Guarantee: of any number of parallel `spend` calls with the same key and nonce, in any processes, exactly
one returns True. The store may lose everything in a crash (SQLite without fsync, an unlogged table on PostgreSQL):
whatever was signed before its birth is refused, so a loss never lets a replay through.
"""

import threading
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from registry.storage.engine import away

_SWEEP_EVERY = 4096


class NonceStore:
    """`born_at` is when the store was made (ms); signatures created before are not accepted."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._postgresql = engine.dialect.name == "postgresql"
        self._local = threading.local()
        self._spent = 0

    def prepare(self, now: int) -> None:
        """Makes the table where it is missing; several workers may do so at once."""
        kind = "UNLOGGED TABLE" if self._postgresql else "TABLE"
        tail = "" if self._postgresql else " WITHOUT ROWID"
        with self._engine.connect() as connection, connection.begin():
            if self._postgresql:
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(1852796515)")
            connection.exec_driver_sql(
                f"CREATE {kind} IF NOT EXISTS nonces (keyid TEXT NOT NULL, nonce TEXT NOT NULL, "
                f"until BIGINT NOT NULL, PRIMARY KEY (keyid, nonce)){tail}"
            )
            mark = "%s" if self._postgresql else "?"
            connection.exec_driver_sql(
                "INSERT INTO nonces (keyid, nonce, until) "  # noqa: S608
                f"SELECT '', '', {mark} WHERE NOT EXISTS "
                "(SELECT 1 FROM nonces WHERE keyid = '' AND nonce = '') ON CONFLICT DO NOTHING",
                (now,),
            )

    def born_at(self) -> int:
        """When this store was made. Raises: Unavailable where it is away or empty."""
        row = self._run("SELECT until FROM nonces WHERE keyid = '' AND nonce = ''", ())
        if row is None:
            raise away(LookupError("the nonce store has no birth"))
        return int(row[0])

    def spend(self, keyid: str, nonce: str, *, until: int, now: int) -> bool:
        """Takes note of a nonce, to be remembered until then (ms). False: it was spent before.

        Raises: Unavailable where the store is away.
        """
        mark = "%s" if self._postgresql else "?"
        row = self._run(
            f"INSERT INTO nonces (keyid, nonce, until) VALUES ({mark}, {mark}, {mark}) "  # noqa: S608
            "ON CONFLICT DO NOTHING RETURNING until",
            (keyid, nonce, until),
        )
        self._spent += 1
        if self._spent % _SWEEP_EVERY == 0:
            self._run(f"DELETE FROM nonces WHERE until < {mark} AND keyid <> ''", (now,))  # noqa: S608
        return row is not None

    def close(self) -> None:
        """Gives every connection back."""
        self._engine.dispose()

    def _run(self, sql: str, parameters: tuple[Any, ...]) -> Any:
        """One statement on this thread's kept connection, committed at once."""
        try:
            connection = getattr(self._local, "connection", None)
            if connection is None:
                connection = self._engine.raw_connection()
                if self._postgresql:
                    connection.dbapi_connection.autocommit = True  # type: ignore[union-attr]
                self._local.connection = connection
            cursor = connection.cursor()
            try:
                cursor.execute(sql, parameters)
                row = cursor.fetchone() if cursor.description else None
                # a second read ends the statement, so that SQLite commits it
                if cursor.description:
                    cursor.fetchall()
            finally:
                cursor.close()
        except Exception as error:
            self._drop()
            if isinstance(error, DBAPIError | self._driver_error()):
                raise away(error) from error
            raise
        return row

    def _driver_error(self) -> type[Exception]:
        error: type[Exception] = self._engine.dialect.loaded_dbapi.Error
        return error

    def _drop(self) -> None:
        connection = getattr(self._local, "connection", None)
        self._local.connection = None
        if connection is not None:
            connection.invalidate()
