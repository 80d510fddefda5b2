"""Nonces of signed requests, each spent once per key, in a store of its own that all workers share.

Guarantee: of any number of parallel `spend` calls with the same key and nonce, in any processes, exactly
one returns True. The store may lose everything in a crash of the machine (SQLite without fsync, an unlogged table on
PostgreSQL): whatever was signed before its birth is refused, so a loss never lets a replay through. An SQLite file may
also lose its last pages alone, so there the store is born anew each time the machine starts.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from registry.storage.engine import away, writing
from registry.storage.kept import KeptConnections

_SWEEP_EVERY = 4096

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
"""Another text each time the machine starts (Linux; elsewhere a crash of the machine goes unnoticed)."""


class NonceStore:
    """`born_at` is when the store was made (ms); signatures created before are not accepted.

    A birth is a row with an empty key, named after the start of the machine in which it was made.
    """

    def __init__(self, engine: Engine, boot_id: Path = _BOOT_ID) -> None:
        self._engine = engine
        self._boot_id = boot_id
        self._postgresql = engine.dialect.name == "postgresql"
        self._kept = KeptConnections(engine, _commit_each if self._postgresql else _leave_as_it_is)
        self._spent = 0

    def prepare(self, now: int) -> None:
        """Makes the table where it is missing; several workers may do so at once. Raises: Unavailable."""
        boot = ""
        if not self._postgresql and self._boot_id.exists():
            boot = self._boot_id.read_text().strip()
        kind = "UNLOGGED TABLE" if self._postgresql else "TABLE"
        tail = "" if self._postgresql else " WITHOUT ROWID"
        with writing(self._engine) as connection:
            connection.exec_driver_sql(
                f"CREATE {kind} IF NOT EXISTS nonces (keyid TEXT NOT NULL, nonce TEXT NOT NULL, "
                f"until BIGINT NOT NULL, PRIMARY KEY (keyid, nonce)){tail}"
            )
            mark = "%s" if self._postgresql else "?"
            connection.exec_driver_sql(
                "INSERT INTO nonces (keyid, nonce, until) "  # noqa: S608
                f"VALUES ('', {mark}, {mark}) ON CONFLICT DO NOTHING",
                (boot, now),
            )

    def born_at(self) -> int:
        """When this store was made. Raises: Unavailable where it is away or empty."""
        row = self._run("SELECT max(until) FROM nonces WHERE keyid = ''", ())
        if row is None or row[0] is None:
            raise away(LookupError("the nonce store has no birth"))
        return int(row[0])

    def spend(self, keyid: str, nonce: str, *, until: int, now: int) -> bool:
        """Takes note of a nonce, to be remembered until then (ms). False: it was spent before.

        Raises: Unavailable where the store is away.
        """
        return self.spend_since(keyid, nonce, until=until, now=now) is not None

    def spend_since(self, keyid: str, nonce: str, *, until: int, now: int) -> int | None:
        """The same in one statement with `born_at`: when the store was made, or None for a spent nonce.

        A store that lost everything while it was in use (PostgreSQL empties an unlogged table after a
        crash) is born anew here, and this request fails.
        Raises: Unavailable where the store is away, or was empty.
        """
        mark = "%s" if self._postgresql else "?"
        row = self._run(
            f"INSERT INTO nonces (keyid, nonce, until) VALUES ({mark}, {mark}, {mark}) "  # noqa: S608
            "ON CONFLICT DO NOTHING RETURNING (SELECT max(until) FROM nonces WHERE keyid = '')",
            (keyid, nonce, until),
        )
        self._spent += 1
        if self._spent % _SWEEP_EVERY == 0:
            self.sweep(now)
        if row is not None and row[0] is None:
            self.prepare(now)
            raise away(LookupError("the store of nonces was lost, and is made anew"))
        return None if row is None else int(row[0])

    def sweep(self, now: int) -> None:
        """Forgets nonces whose time is over; births stay. Raises: Unavailable."""
        mark = "%s" if self._postgresql else "?"
        self._run(f"DELETE FROM nonces WHERE until < {mark} AND keyid <> ''", (now,))  # noqa: S608

    def close(self) -> None:
        """Closes every connection."""
        self._kept.close()
        self._engine.dispose()

    def _run(self, sql: str, parameters: tuple[Any, ...]) -> Any:
        """One statement, committed at once; the first row, or None."""
        with self._kept.lent() as connection:
            cursor = connection.cursor()
            cursor.execute(sql, parameters)
            rows = cursor.fetchall() if cursor.description else []  # all: SQLite commits at the end
            cursor.close()
            return rows[0] if rows else None


def _commit_each(connection: Any) -> None:
    connection.autocommit = True


def _leave_as_it_is(connection: Any) -> None:
    """SQLite commits each statement by itself where nobody says BEGIN."""
