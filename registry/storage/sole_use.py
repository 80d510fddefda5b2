"""A store that nobody else uses: for moving it elsewhere, when nothing may be written behind the mover's back."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from registry.errors import Conflict
from registry.storage.engine import away, reading, writing

_PATIENCE_MS = 2_000
_LOOK_AGAIN = text(
    "SELECT pg_stat_clear_snapshot()"
)  # else a transaction goes on seeing what it saw first

# of another role's sessions PostgreSQL shows the user, but not of which type they are
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND (backend_type = 'client backend' "
    "OR (backend_type IS NULL AND usesysid IS NOT NULL))"
)


@contextmanager
def alone_in(engine: Engine) -> Iterator[Connection]:
    """One moment of the store, to be read. Until the block ends nobody writes; on SQLite nobody even reads.

    This process must hold no other connection to it.
    Raises: Conflict where anybody is connected, Unavailable.
    """
    if engine.dialect.name == "postgresql":
        with writing(engine) as held:
            if others := _others(held):
                raise _in_use(f"{others} other connections to this database are open")
            with reading(engine) as connection:
                yield connection
        return
    with engine.connect().execution_options(writes=True) as connection:
        connection.detach()  # so that its locks end with it
        driver = connection.connection.cursor()
        driver.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
        driver.execute("PRAGMA locking_mode=EXCLUSIVE")
        driver.close()
        try:
            connection.begin()
        except DBAPIError as error:
            raise _in_use("another process has this file open") from error
        try:
            yield connection
        except DBAPIError as error:
            raise away(error) from error


def _others(held: Connection) -> int:
    """How many others are connected. PostgreSQL takes a moment to let go of somebody who has just left."""
    until = time.monotonic() + _PATIENCE_MS / 1000
    while True:
        held.execute(_LOOK_AGAIN)
        others = int(held.execute(_OTHERS).scalar_one())
        if not others or time.monotonic() > until:
            return others
        time.sleep(0.1)


def _in_use(how: str) -> Conflict:
    return Conflict(
        f"{how}: stop the server, its workers, and every other program that uses the store, and begin again"
    )
