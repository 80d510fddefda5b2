"""The newest census, as it was taken; and what platforms asked, summed for it.

It is the registry's own book: of no event, made anew each day.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from registry.domain.census import Census
from registry.storage.ask_tables import lookup_counts
from registry.storage.census_tables import censuses
from registry.storage.platform_tables import platform_counts

_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder(Census).decode
_REFUSED = ("deny", "conditional")


class Censuses:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def newest(self) -> Census | None:
        """The census that was taken last."""
        body = self._connection.execute(
            select(censuses.c.body).order_by(censuses.c.at.desc()).limit(1)
        ).scalar()
        return None if body is None else _decode(body)

    def keep(self, census: Census) -> None:
        """In the place of the one before."""
        self._connection.execute(delete(censuses))
        self._connection.execute(insert(censuses).values(at=census.at, body=_encode(census)))

    def refusals(self, works: Sequence[str]) -> dict[str, dict[str, list[int]]]:
        """Work → use → the days (their beginnings, ms) on which a platform was refused."""
        counts = lookup_counts.c
        rows = self._connection.execute(
            select(counts.work, counts.usage, counts.day)
            .where(counts.work.in_(works), counts.decision.in_(_REFUSED))
            .distinct()
        )
        found: dict[str, dict[str, list[int]]] = {}
        for row in rows:
            found.setdefault(row.work, {}).setdefault(row.usage, []).append(row.day)
        return found

    def answered(self) -> list[tuple[str, int, str, int]]:
        """(platform, day, decision, how many items), in that order."""
        counts = platform_counts.c
        rows = self._connection.execute(
            select(counts.platform, counts.day, counts.decision, func.sum(counts.count))
            .group_by(counts.platform, counts.day, counts.decision)
            .order_by(counts.platform, counts.day, counts.decision)
        )
        return [(platform, day, decision, int(number)) for platform, day, decision, number in rows]
