"""What waits, by whose it is: a list beside the dossiers, kept by the projection in the same transaction.

Guarantee: at any moment it holds every loosening that `settle_loosening.waiting_of` finds in the dossiers, and what is
past; what was cancelled, or forgotten because it was added again, is gone from it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, func, insert, select, tuple_, update

from registry.domain.dossiers import Work
from registry.domain.event_body import Sequenced
from registry.domain.events import LooseningCancelled, LooseningConfirmed, Subject
from registry.domain.waits import NEVER, begun_by
from registry.storage.saying_tables import waits

_W = waits.c
_ADD = insert(waits)
_FORGET = delete(waits).where(_W.id == bindparam("this"))
_CONFIRM = (
    update(waits)
    .where(_W.id == bindparam("this"), _W.effect == NEVER)
    .values(
        effect=case(
            (_W.takes_effect_at > bindparam("moment"), _W.takes_effect_at),
            else_=bindparam("moment"),
        )
    )
)


@dataclass(frozen=True, slots=True)
class Waited:
    """A loosening: whose it is, and where it is found; `effect`: when it takes effect (ms), None while nobody confirmed
    it."""

    id: str
    rightsholder: str
    subject: Subject
    effect: int | None


class Waits:
    """`note` and `forget` gather, `flush` writes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._acts: list[tuple[Any, dict[str, Any]]] = []

    def note(self, entry: Sequenced) -> None:
        """Takes note of what this event begins, confirms or cancels."""
        event = entry.event
        if isinstance(event, LooseningConfirmed):
            self._acts.append((_CONFIRM, {"this": event.loosening, "moment": entry.at}))
        elif isinstance(event, LooseningCancelled):
            self.forget([event.loosening])
        else:
            begun = begun_by(event, entry.at)
            if begun is not None:
                row = {
                    "id": begun.id,
                    "rightsholder": begun.rightsholder,
                    "kind": begun.subject.kind,
                    "subject": begun.subject.id,
                    "takes_effect_at": begun.takes_effect_at,
                    "effect": begun.effect,
                }
                self._acts.append((_ADD, row))

    def forget(self, ids: Collection[str]) -> None:
        """These wait no more: they were cancelled, or what they would take away was added again."""
        self._acts += [(_FORGET, {"this": id}) for id in ids]

    def flush(self) -> None:
        """Writes what was noted, in its order; what is alike and stands together goes in one statement."""
        acts, self._acts = self._acts, []
        at = 0
        while at < len(acts):
            statement, rows = acts[at][0], []
            while at < len(acts) and acts[at][0] is statement:
                rows.append(acts[at][1])
                at += 1
            self._connection.execute(statement, rows)

    # -- reading --

    def of(
        self, rightsholder: str, now: int, limit: int, after: tuple[int, str] = (0, "")
    ) -> list[Waited]:
        """What waits at `now` (ms) for this rightsholder, what takes effect first before the rest; after that place."""
        rows = self._connection.execute(
            select(waits)
            .where(
                _W.rightsholder == rightsholder,
                _W.effect > now,
                tuple_(_W.effect, _W.id) > tuple_(*after),
            )
            .order_by(_W.effect, _W.id)
            .limit(limit)
        )
        return [_waited(row) for row in rows]

    def begun_before(self, rightsholder: str, now: int, end: str, limit: int) -> list[Waited]:
        """The same of what was begun with an id before `end`: ids are in order of time."""
        rows = self._connection.execute(
            select(waits)
            .where(_W.rightsholder == rightsholder, _W.effect > now, _W.id < end)
            .order_by(_W.effect, _W.id)
            .limit(limit)
        )
        return [_waited(row) for row in rows]

    def count(self, rightsholder: str, now: int) -> int:
        """How much waits at `now` (ms) for this rightsholder."""
        found = select(func.count()).where(_W.rightsholder == rightsholder, _W.effect > now)
        return int(self._connection.execute(found).scalar_one())


def place_of(waited: Waited) -> tuple[int, str]:
    """Where the next page goes on after this one."""
    return (NEVER if waited.effect is None else waited.effect, waited.id)


def removals_on(work: Work) -> set[str]:
    """The ids of what would take away identifiers of a work."""
    return {gone.wait.id for held in work.identifiers for gone in held.removals}


def _waited(row: Any) -> Waited:
    effect = None if row.effect == NEVER else row.effect
    return Waited(row.id, row.rightsholder, Subject(row.kind, row.subject), effect)
