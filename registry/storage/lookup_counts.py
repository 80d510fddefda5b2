"""How often platforms were told what about a work: counts by day, usage and decision, for those who hold the work.

No identifier, no title and no question is in it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, exists, func, select
from sqlalchemy.dialects import postgresql

from registry.storage.ask_tables import lookup_counts
from registry.storage.prebuilt import Prebuilt
from registry.storage.tables import holdings

_C = lookup_counts.c


Counted = tuple[str, int, str, str, str]
"""`Told`, by places: what is counted a thousand times a second goes without names."""


class Told(NamedTuple):
    """A platform was told this decision about this work, for this usage, on this day (its beginning, ms)."""

    work: str
    day: int
    platform: str
    usage: str
    decision: str


_FRESH = postgresql.insert(lookup_counts)
_ADD = Prebuilt(
    _FRESH.on_conflict_do_update(
        index_elements=list(Told._fields), set_={"count": _C.count + _FRESH.excluded.count}
    )
)
_COLUMNS = (*Told._fields, "count")
_ADD_ON_SQLITE = (
    f"INSERT INTO lookup_counts ({', '.join(_COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?) "  # noqa: S608
    f"ON CONFLICT ({', '.join(Told._fields)}) DO UPDATE SET count = count + excluded.count"
)


class LookupCounts:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, counts: Mapping[Told, int] | Mapping[Counted, int]) -> None:
        """Adds to what was counted."""
        rows = [(*told, number) for told, number in sorted(counts.items())]
        if self._connection.dialect.name == "sqlite":
            # rows as tuples: by name, the row of names costs as much as SQLite does
            driver: Any = self._connection.connection
            driver.executemany(_ADD_ON_SQLITE, rows)
        else:
            _ADD.run(self._connection, [dict(zip(_COLUMNS, row, strict=True)) for row in rows])

    def of(self, work: str, since: int, until: int) -> list[tuple[Told, int]]:
        """What was counted of a work on the days from `since` up to, not including, `until`."""
        rows = self._connection.execute(
            select(lookup_counts)
            .where(_C.work == work, _C.day >= since, _C.day < until)
            .order_by(*(_C[name] for name in Told._fields))
        )
        return [
            (Told(r.work, r.day, r.platform, r.usage, r.decision), r._mapping["count"])
            for r in rows
        ]

    def of_each(
        self, works: Sequence[str], since: int, until: int
    ) -> dict[str, dict[tuple[str, str, str], int]]:
        """The same of many works, the days summed: work → (platform, usage, decision) → how often."""
        names = (_C.work, _C.platform, _C.usage, _C.decision)
        found: dict[str, dict[tuple[str, str, str], int]] = {}
        for start in range(0, len(works), 500):
            statement = (
                select(*names, func.sum(_C["count"]))
                .where(_C.work.in_(works[start : start + 500]), _C.day >= since, _C.day < until)
                .group_by(*names)
                .order_by(*names)
            )
            for work, platform, usage, decision, count in self._connection.execute(statement):
                found.setdefault(work, {})[platform, usage, decision] = int(count)
        return found

    def answered(self, works: Sequence[str]) -> list[tuple[str, int, str, int]]:
        """(platform, day, decision, how many items) of at most 500 works together, in that order."""
        names = (_C.platform, _C.day, _C.decision)
        rows = self._connection.execute(
            select(*names, func.sum(_C["count"]))
            .where(_C.work.in_(works))
            .group_by(*names)
            .order_by(*names)
        )
        return [(platform, day, decision, int(number)) for platform, day, decision, number in rows]

    def held_by(
        self, rightsholder: str, since: int, until: int, after: str, limit: int
    ) -> list[str]:
        """The works among a rightsholder's holdings about which something was counted on these days, in order of id,
        after the id `after`."""
        counted = exists().where(_C.work == holdings.c.id, _C.day >= since, _C.day < until)
        statement = (
            select(holdings.c.id)
            .where(holdings.c.rightsholder == rightsholder, holdings.c.id > after, counted)
            .order_by(holdings.c.id)
            .limit(limit)
        )
        return list(self._connection.execute(statement).scalars())

    def forget(self, before: int) -> int:
        """Deletes what was counted on days before this one. Returns how many rows."""
        return self._connection.execute(delete(lookup_counts).where(_C.day < before)).rowcount
