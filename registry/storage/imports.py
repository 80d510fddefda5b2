"""Imports of catalogues: what was sent, how it is to be taken, and how far it has come.

Guarantee: `position` moves in the transaction that registers the works up to there, so an import that was killed goes
on with the first work that is not registered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from registry.catalogues.options import Options, decode_options, encode_options
from registry.storage.import_tables import imports


class ImportState(StrEnum):
    """`uploaded`: not begun. `reading`: its rows are being read. `read`: they were, and nothing is registered yet.
    `registering`: its works are. `done`, `cancelled`, `failed`: it ended."""

    UPLOADED = "uploaded"
    READING = "reading"
    READ = "read"
    REGISTERING = "registering"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


RUNNING: Final = (ImportState.READING, ImportState.REGISTERING)
OPEN: Final = (ImportState.UPLOADED, ImportState.READ, *RUNNING)
"""Not ended."""
OUTCOMES: Final = ("registered", "extended", "unchanged", "declared")
"""Columns that count what became of works."""


@dataclass(frozen=True, slots=True)
class Import:
    """One import. Times in ms, `size` in bytes. `rows` were read so far, `rejected` of them not taken. They name
    works, and `position` of these are dealt with: `registered` anew, `extended` by an identifier or a link, or
    `unchanged`; `declared` got a declaration. After a dry run these four say what would be. `trouble`: why it failed.
    """

    id: str
    rightsholder: str
    actor: str
    authority: str
    name: str
    form: str
    digest: bytes
    size: int
    options: Options
    looked: str
    state: ImportState
    dry: bool
    made_at: int
    started_at: int | None = None
    ended_at: int | None = None
    rows: int = 0
    rejected: int = 0
    works: int = 0
    position: int = 0
    registered: int = 0
    extended: int = 0
    unchanged: int = 0
    declared: int = 0
    trouble: str | None = None


class Imports:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: Import) -> None:
        """Takes note of a catalogue that was sent."""
        values = {name: getattr(new, name) for name in Import.__slots__}
        self._connection.execute(insert(imports), _stored(values))

    def find(self, id: str) -> Import | None:
        row = self._connection.execute(select(imports).where(imports.c.id == id)).one_or_none()
        return None if row is None else _import(row)

    def of(self, rightsholder: str, limit: int = 100) -> list[Import]:
        """The imports of a rightsholder, newest first."""
        rows = self._connection.execute(
            select(imports)
            .where(imports.c.rightsholder == rightsholder)
            .order_by(imports.c.id.desc())
            .limit(limit)
        )
        return [_import(row) for row in rows]

    def open_of(self, rightsholder: str) -> list[Import]:
        """Those of a rightsholder that have not ended, oldest first."""
        rows = self._connection.execute(
            select(imports)
            .where(imports.c.rightsholder == rightsholder, imports.c.state.in_(OPEN))
            .order_by(imports.c.id)
        )
        return [_import(row) for row in rows]

    def change(self, id: str, *, of: Sequence[ImportState], **values: Any) -> bool:
        """Sets columns of an import that is in one of these states. False: it is not (any more)."""
        done = self._connection.execute(
            update(imports)
            .where(imports.c.id == id, imports.c.state.in_(of))
            .values(**_stored(values))
        )
        return done.rowcount == 1

    def past(self, before: int, limit: int) -> list[str]:
        """The ids of imports that ended, or were sent and never begun, before this moment."""
        ended = imports.c.ended_at < before
        left = imports.c.state.in_([ImportState.UPLOADED, ImportState.READ]) & (
            imports.c.made_at < before
        )
        rows = self._connection.execute(select(imports.c.id).where(ended | left).limit(limit))
        return [row.id for row in rows]

    def forget(self, id: str) -> None:
        self._connection.execute(delete(imports).where(imports.c.id == id))


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    given = dict(values)
    if "options" in given:
        given["options"] = encode_options(given["options"])
    if "dry" in given:
        given["dry"] = int(given["dry"])
    return given


def _import(row: Any) -> Import:
    members = dict(row._mapping)
    members["options"] = decode_options(members["options"])
    members["state"] = ImportState(members["state"])
    members["dry"] = bool(members["dry"])
    members["digest"] = bytes(members["digest"])
    return Import(**members)
