"""Moving a store to another database: SQLite to PostgreSQL, and back. Nobody may use the old one meanwhile.

The old store stays as it is. Both share the head file, so whichever of them is written to first is the registry;
the other one is behind from then on, and refuses.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine

from registry.errors import ConfigurationError, NotFound
from registry.services.actor import Actor
from registry.services.backup import in_steps
from registry.services.fill_store import (
    Filled,
    Source,
    came_before,
    check_filled,
    fill_store,
    note_arrival,
    verify_again,
)
from registry.services.ledger import Place, check_released
from registry.services.signers import KeyFiles
from registry.storage.head_file import HeadFile
from registry.storage.migrate import revision_of
from registry.storage.sole_use import alone_in
from registry.storage.unit_of_work import UnitOfWork, unit_of_work
from registry.storage.whole_store import Progress, Row, Shape, count_rows, rows_of, shapes

MOVED = "store.moved"


def move_store(
    old: Engine,
    new: Engine,
    *,
    place_of: Callable[[str], Place],
    files: KeyFiles,
    head_file: HeadFile,
    now: int,
    by: Actor,
    progress: Progress,
) -> Filled:
    """Copies every row, and verifies the copy; in the end it is whole, or nothing is there. Where an earlier run of
    the same was killed when all of it was there, it is verified again.

    Raises: Conflict where the new store is not empty or the old one is in use, LogRefuses where the old one is
    behind its released head, VerificationFailed, ConfigurationError, NotFound, Unavailable.
    """
    if old.url == new.url:
        raise ConfigurationError("the store is there already", field="TARGET_URL")
    with alone_in(old) as connection:
        released = head_file.read()
        head = UnitOfWork(connection).log.head()
        if head is None:
            raise NotFound("this store has no log: there is nothing to move")
        check_released(UnitOfWork(connection), head, released)
        taken = _marks(connection)
        if came_before(new, MOVED, taken, "TARGET_URL"):
            return verify_again(
                new, place_of=place_of, files=files, now=now, released=released, progress=progress
            )
        source = Source(
            revision_of(connection) or "",
            tuple(shapes(connection)),
            partial(_rows, connection, progress),
        )
        with unit_of_work(new) as uow:
            rows = fill_store(uow, source, progress)
            report, arrived = check_filled(
                uow, place_of=place_of, files=files, now=now, released=released, progress=progress
            )
            note_arrival(uow, MOVED, by, max(now, arrived.at + 1), taken)
    return Filled(rows, report, arrived, released)


def _marks(connection: Connection) -> dict[str, Any]:
    """What tells the rows of this store from those that it had or will have: everything that is done there is in its
    journal, or adds a row."""
    journal = UnitOfWork(connection).journal
    newest = journal.newest()
    return {
        "from": connection.dialect.name,
        "after": None if newest is None else newest[0],
        "acts": journal.count(),
        "rows": sum(count_rows(connection, shape) for shape in shapes(connection)),
    }


def _rows(connection: Connection, progress: Progress, shape: Shape) -> Iterator[list[Row]]:
    total = count_rows(connection, shape)
    return in_steps(rows_of(connection, shape), shape.name, total, progress)
