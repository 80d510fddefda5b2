"""Exports that are made for auditors: asked for, under way, there to be fetched, or failed."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select, update

from registry.storage.audit_tables import audit_exports
from registry.storage.journal import Note

_E = audit_exports.c

State = Literal["waiting", "making", "done", "failed"]


@dataclass(frozen=True, slots=True)
class AuditExport:
    """Of the checkpoint over `size` entries, for the grant. `done` of `total` entries were read; `bytes`: how long the
    file is. Times in ms."""

    id: str
    audit_grant: str
    account: str
    asked_at: int
    size: int
    state: State = "waiting"
    done: int = 0
    total: int = 0
    bytes: int | None = None
    ended_at: int | None = None
    trouble: str | None = None

    @property
    def is_over(self) -> bool:
        """Does nobody work on it any more?"""
        return self.state in ("done", "failed")


class AuditExports:
    def __init__(self, connection: Connection, note: Note) -> None:
        self._connection = connection
        self._note = note

    def add(self, export: AuditExport) -> None:
        row = {name: getattr(export, name) for name in AuditExport.__slots__}
        self._connection.execute(insert(audit_exports), row)
        whom = {"export": export.id, "grant": export.audit_grant}
        self._note("audit.export-asked", export.account, **whom, size=export.size)

    def find(self, id: str) -> AuditExport | None:
        row = self._connection.execute(select(audit_exports).where(_E.id == id)).one_or_none()
        return None if row is None else _export(row)

    def of(self, grant: str) -> list[AuditExport]:
        """A grant's, the newest first."""
        rows = self._connection.execute(
            select(audit_exports)
            .where(_E.audit_grant == grant)
            .order_by(_E.asked_at.desc(), _E.id.desc())
        )
        return [_export(row) for row in rows]

    def go_on(self, id: str, done: int, total: int) -> None:
        """Notes how far it is."""
        self._connection.execute(
            update(audit_exports).where(_E.id == id).values(state="making", done=done, total=total)
        )

    def end(self, id: str, now: int, *, length: int | None, trouble: str | None) -> None:
        """It is there (`length` in bytes), or came to nothing."""
        state = "failed" if length is None else "done"
        self._connection.execute(
            update(audit_exports)
            .where(_E.id == id)
            .values(state=state, bytes=length, ended_at=now, trouble=trouble)
        )
        self._note(f"audit.export-{state}", export=id, bytes=length)

    def forget(self, before: int) -> int:
        """Deletes those that were asked for before this moment. Returns how many."""
        return self._connection.execute(delete(audit_exports).where(_E.asked_at < before)).rowcount


def _export(row: Any) -> AuditExport:
    return AuditExport(**row._mapping)
