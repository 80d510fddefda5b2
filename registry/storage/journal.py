"""Who did what under which authority, and what has to be told to others: written with the act itself."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, func, insert, select

from registry.domain.ids import new_id
from registry.storage.prebuilt import Prebuilt, in_order
from registry.storage.tables import audit_events, outbox

_ADD_ACTS = Prebuilt(insert(audit_events))
_ADD_NOTICES = Prebuilt(insert(outbox))


class Journal:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._acts: list[dict[str, Any]] = []
        self._notices: list[dict[str, Any]] = []

    def act(
        self,
        *,
        at: int,
        actor: str,
        authority: str,
        act: str,
        seq: int | None,
        details: Mapping[str, Any],
    ) -> None:
        """One act. `actor` is an id or a steward's name, `authority` how they were known."""
        self._acts.append(
            {
                "id": new_id(at),
                "at": at,
                "actor": actor,
                "authority": authority,
                "act": act,
                "seq": seq,
                "details": msgspec.json.encode(details, order="sorted").decode(),
            }
        )

    def notice(self, *, at: int, seq: int, kind: str, subject: str) -> None:
        """Something that others have to be told about."""
        self._notices.append(
            {
                "id": new_id(at),
                "at": at,
                "seq": seq,
                "kind": kind,
                "subject": subject,
                "done_at": None,
            }
        )

    def count(self) -> int:
        """How many acts are stored."""
        counted = select(func.count()).select_from(audit_events)
        return int(self._connection.execute(counted).scalar_one())

    def newest(self) -> tuple[str, str, dict[str, Any]] | None:
        """The newest act that is stored: its id, what it is, its details."""
        columns = audit_events.c
        row = self._connection.execute(
            select(columns.id, columns.act, columns.details).order_by(columns.id.desc()).limit(1)
        ).one_or_none()
        return None if row is None else (row.id, row.act, json.loads(row.details))

    def flush(self) -> None:
        if self._acts:
            _ADD_ACTS.run(self._connection, in_order(self._acts, "id"))
        if self._notices:
            _ADD_NOTICES.run(self._connection, in_order(self._notices, "id"))
        self._acts, self._notices = [], []
