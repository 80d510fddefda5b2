"""What platforms were told about works, as it came and not added up yet: ids of many works in few rows, one row after
the other, which costs a process that answers next to nothing. A background worker adds it to `lookup_counts`, where
each work has rows of its own (docs/adr/0032).

No identifier, no title and no question is in it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, func, insert, select

from registry.storage.ask_tables import told_works
from registry.storage.lookup_counts import Counted
from registry.storage.platform_counts import Answered
from registry.storage.prebuilt import Prebuilt

A_ROW = 2_000
"""Ids of works in a row, at most."""
_READ = 20
"""Rows at once."""
_C = told_works.c
_ADD = Prebuilt(insert(told_works))
_NEWEST = Prebuilt(select(func.max(_C.number)))


class ToldWorks:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, told: Mapping[Answered, Sequence[str]]) -> None:
        """Writes down about which works that was; a work stands there as often as it was told."""
        number = _NEWEST.rows(self._connection)[0][0] or 0
        rows = []
        for alike, works in told.items():
            for start in range(0, len(works), A_ROW):
                number += 1
                text = " ".join(works[start : start + A_ROW])
                rows.append({"number": number, **alike._asdict(), "works": text})
        if rows:
            _ADD.run(self._connection, rows)

    def take(self, most: int) -> dict[Counted, int]:
        """Takes out the oldest rows, until they come to `most` of what platforms were told, and adds them up. Nothing
        where there is nothing."""
        found: dict[Answered, Counter[str]] = {}
        taken, newest = 0, None
        oldest = select(told_works).order_by(_C.number).execution_options(yield_per=_READ)
        with self._connection.execute(oldest) as rows:
            for row in rows:
                works = row.works.split(" ")
                alike = Answered(row.platform, row.day, row.usage, row.decision)
                found.setdefault(alike, Counter()).update(works)
                taken, newest = taken + len(works), row.number
                if taken >= most:
                    break
        if newest is not None:
            self._connection.execute(delete(told_works).where(_C.number <= newest))
        return {
            (work, day, platform, usage, decision): count
            for (platform, day, usage, decision), works in found.items()
            for work, count in works.items()
        }
