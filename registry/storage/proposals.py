"""What one steward has proposed and another has to confirm: in the registry's own books until it is done, and each
step an act in the journal.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from registry.storage.audit_tables import proposals
from registry.storage.journal import Note

_P = proposals.c


@dataclass(frozen=True, slots=True)
class Proposal:
    """`act` is to be done with `wanted`; it counts up to, not including, `until` (ms). `settled`: what became of it."""

    id: str
    act: str
    wanted: Mapping[str, Any]
    proposed_by: str
    proposed_at: int
    until: int
    settled: Literal["confirmed", "declined"] | None = None
    settled_by: str | None = None
    settled_at: int | None = None

    def waits(self, now: int) -> bool:
        """Can it still be confirmed?"""
        return self.settled is None and now < self.until


class Proposals:
    def __init__(self, connection: Connection, note: Note) -> None:
        self._connection = connection
        self._note = note

    def add(self, proposal: Proposal) -> None:
        row = {name: getattr(proposal, name) for name in Proposal.__slots__}
        row["wanted"] = json.dumps(dict(proposal.wanted), sort_keys=True)
        self._connection.execute(insert(proposals), row)
        about = {name: proposal.wanted[name] for name in _NAMED if name in proposal.wanted}
        self._note("proposal.made", proposal=proposal.id, wanted=proposal.act, **about)

    def find(self, id: str) -> Proposal | None:
        row = self._connection.execute(select(proposals).where(_P.id == id)).one_or_none()
        return None if row is None else _proposal(row)

    def waiting(self, now: int) -> list[Proposal]:
        """Those that can still be confirmed, the oldest first."""
        rows = self._connection.execute(
            select(proposals)
            .where(_P.settled.is_(None), _P.until > now)
            .order_by(_P.proposed_at, _P.id)
        )
        return [_proposal(row) for row in rows]

    def settle(self, id: str, settled: Literal["confirmed", "declined"], by: str, now: int) -> bool:
        """Returns False where it was settled before."""
        done = self._connection.execute(
            update(proposals)
            .where(_P.id == id, _P.settled.is_(None))
            .values(settled=settled, settled_by=by, settled_at=now)
        )
        if done.rowcount != 1:
            return False
        self._note(f"proposal.{settled}", proposal=id)
        return True


_NAMED = ("dispute", "claim", "rightsholder", "account", "role", "upheld")
"""What of a proposal is in the journal: ids and choices, and no text."""


def _proposal(row: Any) -> Proposal:
    return Proposal(**{**row._mapping, "wanted": json.loads(row.wanted)})
