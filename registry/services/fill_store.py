"""Filling an empty store with another one's rows: what `registry restore` and `registry move` share.

One transaction, so that the store is whole and verified in the end, or as empty as before:
1. the schema, of the revision that the rows are of;  2. the rows;  3. the migrations since, and the projection anew
where its form has changed;  4. fsck;  5. the log against its second place: older is said, another history is refused.
Whoever is killed after the commit may do the same again: what came here and was not touched since is only verified.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from registry.errors import ConfigurationError, Conflict, NotFound, VerificationFailed
from registry.services.actor import Actor
from registry.services.fsck import Report, fsck
from registry.services.ledger import Place, check_released
from registry.services.rebuild import renew_projection
from registry.services.signers import KeyFiles, open_signers
from registry.storage.head_file import Head
from registry.storage.migrate import knows, pending_migrations, upgrade
from registry.storage.unit_of_work import UnitOfWork, view
from registry.storage.whole_store import (
    Progress,
    Row,
    Shape,
    add_rows,
    count_rows,
    empty_table,
    is_empty,
    shapes,
)

Rows = Callable[[Shape], Iterable[list[Row]]]


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from: the revision and tables of that store, and what gives each table's rows."""

    revision: str
    tables: tuple[Shape, ...]
    rows: Rows


@dataclass(frozen=True, slots=True)
class Filled:
    """What came in: rows, what fsck saw, the log's head; and the newest released one, where that is known.
    `before`: by an earlier run, which was killed when all of it was there."""

    rows: int
    report: Report
    head: Head
    released: Head | None
    before: bool = False

    @property
    def missing(self) -> int:
        """How many entries were released that this store does not have."""
        return 0 if self.released is None else max(0, self.released.size - self.head.size)


def came_before(engine: Engine, act: str, details: dict[str, Any], field: str) -> bool:
    """Is the store filled already, by the same act from the same rows, and nothing done since? False: it is empty.

    `details`: what the source is known by, with the number of `acts` in its journal. `field`: what names the store.
    Raises: Conflict where anything else is in this database, Unavailable.
    """
    if is_empty(engine):
        return False
    if not pending_migrations(engine):
        with view(engine) as uow:
            newest, acts = uow.journal.newest(), uow.journal.count()
        if newest is not None and newest[1:] == (act, details) and acts == details["acts"] + 1:
            return True
    raise Conflict(
        "there is a registry in this database already; name an empty one (or put the old one out of "
        "the way yourself)",
        field=field,
    )


def fill_store(uow: UnitOfWork, source: Source, progress: Progress) -> int:
    """Steps 1 to 3. Returns how many rows there are.

    Raises: ConfigurationError for rows of a version that this one does not know.
    """
    if not knows(source.revision):
        raise ConfigurationError(
            f"these rows are of schema {source.revision!r}, which this version does not know; use the "
            "version that wrote them, or a newer one"
        )
    connection = uow.connection
    upgrade(connection, source.revision)
    here = {shape.name for shape in shapes(connection)}
    if here != {shape.name for shape in source.tables}:
        raise ConfigurationError(
            "these rows are not of the tables that their schema has: "
            + ", ".join(sorted(here ^ {shape.name for shape in source.tables}))
        )
    rows = 0
    for shape in source.tables:
        empty_table(connection, shape)  # a migration may have put its first rows there
        rows += add_rows(connection, shape, source.rows(shape))
    upgrade(connection)
    renew_projection(uow, lambda done, total: progress("folding anew", done, total))
    return rows


def check_filled(
    uow: UnitOfWork,
    *,
    place_of: Callable[[str], Place],
    files: KeyFiles,
    now: int,
    released: Head | None,
    progress: Progress,
) -> tuple[Report, Head]:
    """Steps 4 and 5. `place_of` gives the place for the log's origin; `now` in ms.

    Raises: VerificationFailed for what fsck finds, LogRefuses where the head that was released is of another
    history, ConfigurationError where the settings name another registry, NotFound without a log.
    """
    signed = uow.log.head()
    if signed is None:
        raise NotFound("there is no log in these rows")
    head = signed.head
    place = place_of(signed.note.partition("\n")[0])
    signers = open_signers(uow.keys.all(), files, max(now, head.at))
    report = fsck(uow, signers, place, None, progress)
    if report.wrong is not None:
        raise VerificationFailed(report.wrong)
    if released is not None and released.size <= head.size:
        check_released(uow, signed, released)
    return report, head


def verify_again(
    engine: Engine,
    *,
    place_of: Callable[[str], Place],
    files: KeyFiles,
    now: int,
    released: Head | None,
    progress: Progress,
) -> Filled:
    """Steps 4 and 5 for what came before. Raises: as `check_filled`."""
    with view(engine) as uow:
        rows = sum(count_rows(uow.connection, shape) for shape in shapes(uow.connection))
        report, head = check_filled(
            uow, place_of=place_of, files=files, now=now, released=released, progress=progress
        )
    return Filled(rows, report, head, released, before=True)


def note_arrival(uow: UnitOfWork, act: str, by: Actor, now: int, details: dict[str, Any]) -> None:
    """Writes into the store's journal how its rows came here: what `came_before` looks for. `now` (ms): after the
    log's newest time, which may be ahead of the clock."""
    uow.journal.act(at=now, actor=by.id, authority=by.authority, act=act, seq=None, details=details)
