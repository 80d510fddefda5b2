"""How many items of a platform's questions were answered how: counts by day, usage and decision, for the platform.

No identifier, no work and no question is in it. `error` stands for an item that could not be read.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from registry.storage.platform_tables import platform_counts
from registry.storage.prebuilt import Prebuilt

_C = platform_counts.c


class Answered(NamedTuple):
    """Items of this platform's, for this usage, that got this decision on this day (its beginning, ms)."""

    platform: str
    day: int
    usage: str
    decision: str


def _add(dialect: Any) -> Insert:
    fresh = dialect.insert(platform_counts)
    added: Insert = fresh.on_conflict_do_update(
        index_elements=list(Answered._fields), set_={"count": _C.count + fresh.excluded.count}
    )
    return added


_ADD = {"postgresql": Prebuilt(_add(postgresql)), "sqlite": Prebuilt(_add(sqlite))}


class PlatformCounts:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, counts: Mapping[Answered, int]) -> None:
        """Adds to what was counted."""
        rows = [{**each._asdict(), "count": number} for each, number in sorted(counts.items())]
        _ADD[self._connection.dialect.name].run(self._connection, rows)

    def of(self, platform: str, since: int, until: int) -> list[tuple[Answered, int]]:
        """What was counted of a platform on the days from `since` up to, not including, `until`, newest day first."""
        rows = self._connection.execute(
            select(platform_counts)
            .where(_C.platform == platform, _C.day >= since, _C.day < until)
            .order_by(_C.day.desc(), _C.usage, _C.decision)
        )
        return [
            (Answered(r.platform, r.day, r.usage, r.decision), r._mapping["count"]) for r in rows
        ]

    def forget(self, before: int) -> int:
        """Deletes what was counted on days before this one. Returns how many rows."""
        return self._connection.execute(delete(platform_counts).where(_C.day < before)).rowcount
