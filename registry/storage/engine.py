"""Connections to the two databases: SQLite (WAL, the embedded default) and PostgreSQL.

Guarantee: what a write transaction committed survives a crash of the process and of the machine (SQLite
`synchronous=FULL`; PostgreSQL's own default), and a read transaction sees one moment of the store throughout.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache, partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from registry.errors import Unavailable
from registry.storage.pooled import check_when_taken
from registry.storage.prebuilt import Prebuilt
from registry.storage.prepared_writer import doubt_after, settle_first, writer_on
from registry.storage.turns import Turns, turns_of

BUSY_MS = 15_000
"""How long a writer waits for another one before it says so."""

_WRITE_LOCK = 0x636F6E73
"""The advisory lock of the one sequencer on PostgreSQL."""

_UNDER_WAY = (1, 2)
"""libpq's PQTRANS_ACTIVE and PQTRANS_INTRANS (`PQtransactionStatus`)."""


_FAILED = 3
"""PQTRANS_INERROR."""


def open_engine(url: str, *, durable: bool = True) -> Engine:
    """An engine for this database; makes the folder of an SQLite file.

    `durable=False` (what can be made anew): a commit survives a crash of the process, not of the machine.
    """
    if not url.startswith("sqlite"):
        engine = create_engine(
            url,
            pool_size=16,
            max_overflow=16,
            pool_use_lifo=True,
            hide_parameters=True,
            connect_args={
                "client_encoding": "utf8"
            },  # in which `wired` writes, whatever the address says
        )
        check_when_taken(engine)
        event.listen(engine, "before_cursor_execute", settle_first)
        event.listen(engine, "rollback", doubt_after)
        event.listen(engine, "rollback_savepoint", doubt_after)
        return engine
    path = make_url(url).database
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False},
        # whoever writes next gets the connection of whoever wrote last: another one would find that the file was
        # changed without it, and read every page anew
        pool_use_lifo=True,
        hide_parameters=True,  # an error's text never holds what somebody sent
    )
    event.listen(engine, "connect", partial(_prepare_sqlite, "FULL" if durable else "OFF"))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(synchronous: str, connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is said by us
    for pragma in (
        "journal_mode=WAL",
        f"synchronous={synchronous}",
        f"busy_timeout={BUSY_MS}",
        "cache_size=-65536",
        "mmap_size=268435456",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    statement = "BEGIN IMMEDIATE" if writes else "BEGIN"
    driver: Any = connection.connection.dbapi_connection
    try:
        driver.execute(statement)
    except sqlite3.Error as error:
        raise OperationalError(statement, None, error) from error


@contextmanager
def writing(engine: Engine, ahead: Sequence[Prebuilt] = ()) -> Iterator[Connection]:
    """One write transaction, alone among writers from its first statement on; in the order of arrival. `ahead`: what it
    will read first, without parameters; where the database is reached by messages, it is read with the first one.

    Raises: Unavailable where the store is away, full, or held by another writer for too long.
    """
    interrupt: BaseException | None = None
    try:
        with (
            _turn(engine),
            engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            try:
                if engine.dialect.name == "postgresql":
                    _begin_on_postgresql(connection, ahead)
                yield connection
            except (KeyboardInterrupt, SystemExit) as error:
                interrupt = error  # the connection may break of it, and that is not what to tell
                raise
            _check_it_can_commit(connection)
    except (DBAPIError, PoolTimeoutError, _driver_errors(engine)) as error:
        if interrupt is not None:
            raise interrupt from error
        raise away(error) from error


def _begin_on_postgresql(connection: Connection, ahead: Sequence[Prebuilt]) -> None:
    lock = {"number": _WRITE_LOCK, "patience": str(BUSY_MS)}
    read = [each.wired for each in ahead if each.wired is not None and not each.wired.parameters]
    writer_on(connection).begin(lock, read)


def _check_it_can_commit(connection: Connection) -> None:
    """PostgreSQL answers COMMIT with ROLLBACK, and no error, where a statement failed before. Raises: Unavailable, the
    driver's errors."""
    if connection.dialect.name != "postgresql" or connection.invalidated:
        return
    settle_first(connection)
    driver: Any = connection.connection.dbapi_connection
    if int(driver.info.transaction_status) == _FAILED:
        raise Unavailable(
            "the store gave the transaction up on the way; nothing was acknowledged, ask again"
        )


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One read transaction that sees a single moment of the store.

    Raises: Unavailable where the store is away.
    """
    try:
        options: dict[str, Any] = {}
        if engine.dialect.name == "postgresql":
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection
    except (DBAPIError, PoolTimeoutError, _driver_errors(engine)) as error:
        raise away(error) from error


def _turn(engine: Engine) -> AbstractContextManager[None]:
    """A writer's turn on an SQLite file; PostgreSQL keeps such a line by itself."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        return nullcontext()
    return _turns_at(path).turn(BUSY_MS / 1000)


@cache
def _turns_at(path: str) -> Turns:
    return turns_of(str(Path(path).absolute()))


def _driver_errors(engine: Engine) -> type[Exception]:
    """What prebuilt statements raise, which do not pass through SQLAlchemy."""
    loaded: Any = engine.dialect.loaded_dbapi
    error: type[Exception] = loaded.Error
    return error


def stands(connection: Connection) -> bool:
    """Is its transaction still there? SQLite ends one by itself where a statement, also one that only reads, finds no
    memory, a full disk or one that fails: what followed would be committed statement by statement. PostgreSQL carries
    out nothing more after an error, or without its connection."""
    if connection.closed or connection.invalidated:
        return False
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        return bool(driver.in_transaction)
    return int(driver.info.transaction_status) in _UNDER_WAY


def as_ours(error: BaseException, engine: Engine) -> BaseException:
    """An error of the driver's, or of SQLAlchemy's about it, as ours; any other as it is."""
    if isinstance(error, (DBAPIError, PoolTimeoutError, _driver_errors(engine))):
        return away(error)
    return error


def away(error: Exception) -> Unavailable:
    """The error of a driver as ours: never an absence, always \"ask again\"."""
    return Unavailable(
        f"the store did not carry this out ({type(error).__name__}); nothing was acknowledged, ask again"
    )
