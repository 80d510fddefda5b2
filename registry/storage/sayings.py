"""What somebody says, or takes back, about one work, many works or a whole catalogue: the answers, question by
question, and once it is begun, how far it has come.

Guarantee: `position` moves in the transaction that declares about the works up to there, so what was killed goes on
with the first work about which nothing was said, and says nothing twice.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from registry.domain.ids import is_id
from registry.storage.saying_tables import saying_refusals, sayings

_S, _R = sayings.c, saying_refusals.c
_DIALECTS: Final[dict[str, Any]] = {"postgresql": postgresql, "sqlite": sqlite}


class SayingState(StrEnum):
    """`draft`: questions are being answered. `running`: a job declares it work by work. The rest: it ended."""

    DRAFT = "draft"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class SayingAct(StrEnum):
    SAY = "say"
    WITHDRAW = "withdraw"
    STOP = "stop"
    """Cancels everything that waits."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One of them. `choice`: the id of what was chosen, None for the whole catalogue; `only`: the work, of a choice of
    one. `answers` as they were typed; `word`: what is said (JSON), once it is begun. Of its `works`, `done` were dealt
    with so, `unchanged` needed nothing, `refused` could not be; `waits` of what was done waits. `outcome`: the id of
    the record, where it is one. Times in ms."""

    id: str
    account: str
    rightsholder: str
    choice: str | None
    only: str | None
    act: SayingAct
    answers: Mapping[str, Any]
    state: SayingState
    authority: str
    language: str
    made_at: int
    word: str | None = None
    position: str = ""
    works: int = 0
    done: int = 0
    unchanged: int = 0
    refused: int = 0
    waits: int = 0
    outcome: str | None = None
    trouble: str | None = None
    started_at: int | None = None
    ended_at: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A work about which it could not be said, and why: a code, and words in English."""

    work: str
    title: str
    code: str
    words: str


class Sayings:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, new: Saying) -> None:
        values = {name: getattr(new, name) for name in Saying.__slots__}
        self._connection.execute(insert(sayings), _stored(values))

    def find(self, id: str) -> Saying | None:
        return self._one(_S.id == id) if is_id(id) else None

    def draft_of(
        self, account: str, rightsholder: str, choice: str | None, act: SayingAct
    ) -> Saying | None:
        """The newest draft of this account about the same, if there is one."""
        same = _S.choice.is_(None) if choice is None else _S.choice == choice
        return self._one(
            _S.account == account,
            _S.rightsholder == rightsholder,
            same,
            _S.act == act,
            _S.state == SayingState.DRAFT,
        )

    def running_of(self, rightsholder: str) -> list[Saying]:
        """Those that run for a rightsholder, oldest first."""
        rows = self._connection.execute(
            select(sayings)
            .where(_S.rightsholder == rightsholder, _S.state == SayingState.RUNNING)
            .order_by(_S.id)
        )
        return [_saying(row) for row in rows]

    def change(self, id: str, *, of: Sequence[SayingState], **values: Any) -> bool:
        """Sets columns of one that is in one of these states. False: it is not (any more)."""
        wanted = update(sayings).where(_S.id == id, _S.state.in_(of)).values(**_stored(values))
        return self._connection.execute(wanted).rowcount == 1

    def refuse(self, id: str, refusals: Sequence[Refusal]) -> None:
        """Notes works about which it could not be said."""
        if refusals:
            fresh = _DIALECTS[self._connection.dialect.name].insert(saying_refusals)
            rows = [
                {"saying": id} | {name: getattr(each, name) for name in Refusal.__slots__}
                for each in refusals
            ]
            self._connection.execute(fresh.on_conflict_do_nothing(), rows)

    def refusals(self, id: str, limit: int | None = None) -> Iterator[Refusal]:
        """Those works, in order of id."""
        wanted = select(saying_refusals).where(_R.saying == id).order_by(_R.work).limit(limit)
        for row in self._connection.execute(wanted):
            yield Refusal(row.work, row.title, row.code, row.words)

    def forget(self, before: int, limit: int) -> int:
        """Deletes what was begun before this moment and does not run, the oldest first. Returns how many."""
        old = select(_S.id).where(_S.made_at < before, _S.state != SayingState.RUNNING)
        ids = list(self._connection.execute(old.order_by(_S.made_at).limit(limit)).scalars())
        self._connection.execute(delete(sayings).where(_S.id.in_(ids)))
        gone = _R.saying.not_in(select(_S.id))  # also with an account
        self._connection.execute(delete(saying_refusals).where(gone))
        return len(ids)

    def _one(self, *conditions: Any) -> Saying | None:
        wanted = select(sayings).where(*conditions).order_by(_S.id.desc()).limit(1)
        row = self._connection.execute(wanted).one_or_none()
        return None if row is None else _saying(row)


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    if "answers" in values:
        return {**values, "answers": json.dumps(values["answers"])}
    return values


def _saying(row: Any) -> Saying:
    members = dict(row._mapping)
    members["answers"] = json.loads(members["answers"])
    members["act"] = SayingAct(members["act"])
    members["state"] = SayingState(members["state"])
    return Saying(**members)
