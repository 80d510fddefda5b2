"""What a person has selected in the list of works, kept for a day: so that a page goes on with many works by one id."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from registry.domain.ids import is_id, new_id
from registry.storage.list_tables import choices

_C = choices.c


@dataclass(frozen=True, slots=True)
class Choice:
    """`works`: their ids, or None for all that `filter` finds (a query as in the list's address). `made_at` in ms."""

    id: str
    account: str
    rightsholder: str
    works: tuple[str, ...] | None
    filter: str | None
    made_at: int


class Choices:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        account: str,
        rightsholder: str,
        works: Sequence[str] | None,
        filter: str | None,
        now: int,
    ) -> str:
        """Keeps it. Returns its id."""
        id = new_id(now)
        row = {
            "id": id,
            "account": account,
            "rightsholder": rightsholder,
            "works": None if works is None else json.dumps(sorted(set(works))),
            "filter": filter,
            "made_at": now,
        }
        self._connection.execute(insert(choices), row)
        return id

    def find(self, id: str, account: str) -> Choice | None:
        """The choice of this id, if this account made it."""
        if not is_id(id):
            return None
        wanted = select(choices).where(_C.id == id, _C.account == account)
        row = self._connection.execute(wanted).one_or_none()
        if row is None:
            return None
        works = None if row.works is None else tuple(json.loads(row.works))
        return Choice(row.id, row.account, row.rightsholder, works, row.filter, row.made_at)

    def forget(self, before: int) -> int:
        """Deletes what was made before this time (ms). Returns how many."""
        return self._connection.execute(delete(choices).where(_C.made_at < before)).rowcount
