"""How the proof of each claim stands: when it was asked for, what was seen last, which grants were gained by a look.

The registry's own books: what was proved is in the log (`assurance.gained`); here is what the next look needs.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from registry.storage.tables import proof_grants, proofs

_INSERT: Final[dict[str, Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


class ProofState(StrEnum):
    WAITING = "waiting"
    PROVED = "proved"
    FAILED = "failed"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Sight:
    """One place that was looked at, whether it proved something, and what was seen there, in words."""

    place: str
    proved: bool
    words: str


@dataclass(frozen=True, slots=True)
class ProofRow:
    """Times in ms. `failures` counts those in a row since `failing_since`; `seen` is the last look's."""

    claim: str
    state: ProofState
    asked_at: int
    tried_at: int | None = None
    failures: int = 0
    failing_since: int | None = None
    seen: tuple[Sight, ...] = ()


@dataclass(frozen=True, slots=True)
class LookedUpGrant:
    """A grant gained by a look. `rests_on`: the location grant under which the bytes of a digest lay."""

    id: str
    claim: str
    place: str
    gained_at: int
    rests_on: str | None = None


class Proofs:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, claim: str) -> ProofRow | None:
        """How the proof of this claim stands; None where nobody ever asked for it."""
        row = self._connection.execute(select(proofs).where(proofs.c.claim == claim)).one_or_none()
        if row is None:
            return None
        seen = tuple(Sight(*each) for each in json.loads(row.seen))
        return ProofRow(**{**row._mapping, "state": ProofState(row.state), "seen": seen})

    def keep(self, row: ProofRow) -> None:
        """Notes how it stands now."""
        values = {
            "claim": row.claim,
            "state": row.state.value,
            "asked_at": row.asked_at,
            "tried_at": row.tried_at,
            "failures": row.failures,
            "failing_since": row.failing_since,
            "seen": json.dumps([[each.place, each.proved, each.words] for each in row.seen]),
        }
        fresh = _INSERT[self._connection.dialect.name](proofs).values(values)
        self._connection.execute(fresh.on_conflict_do_update(index_elements=["claim"], set_=values))

    def gained(self, grant: LookedUpGrant) -> None:
        """Notes a grant that a look gained."""
        self._connection.execute(
            insert(proof_grants),
            {
                "id": grant.id,
                "claim": grant.claim,
                "rests_on": grant.rests_on,
                "place": grant.place,
                "gained_at": grant.gained_at,
            },
        )

    def grants_of(self, claim: str) -> list[LookedUpGrant]:
        """The grants that looks gained for this claim, oldest first; also those that ended otherwise since."""
        return self._grants(proof_grants.c.claim == claim)

    def resting_on(self, grants: Sequence[str]) -> list[LookedUpGrant]:
        """The grants on digests that rest on these location grants."""
        return self._grants(proof_grants.c.rests_on.in_(grants))

    def _grants(self, which: Any) -> list[LookedUpGrant]:
        rows = self._connection.execute(
            select(proof_grants).where(which).order_by(proof_grants.c.gained_at, proof_grants.c.id)
        )
        return [LookedUpGrant(**row._mapping) for row in rows]
