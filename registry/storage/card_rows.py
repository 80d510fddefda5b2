"""Cards of works, by the first bytes of their wide keys, and the keys above locations and works (docs/adr/0031, 0034).

A part of the projection. Each change of a work writes the rows of all its keys, so that none keeps a card of before. A
row is found by a number, so that the tree above it is small and stays in memory.
"""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Connection, and_, case, null, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from registry.domain.cards import cards_of, sites_of
from registry.domain.dossiers import Location, Work, decode_dossier
from registry.domain.locations import key_of_works_at, keys_above
from registry.storage.prebuilt import Prebuilt, in_order
from registry.storage.tables import above_locations, cards, dossiers

_PART: Final = 2_000


def prefix_of(key: bytes) -> int:
    """The first 8 bytes of a wide key, as a signed number."""
    return int.from_bytes(key[:8], "big", signed=True)


def _keep(dialect: Any) -> Insert:
    """Whatever else is there already: from then on both are several."""
    statement = dialect.insert(cards)
    new = statement.excluded
    same = and_(cards.c.key == new.key, cards.c.id == new.id)
    kept: Insert = statement.on_conflict_do_update(
        index_elements=["prefix"],
        set_={name: case((same, new[name]), else_=null()) for name in ("key", "id", "card")},
    )
    return kept


def _add(dialect: Any) -> Insert:
    added: Insert = dialect.insert(above_locations).on_conflict_do_nothing()
    return added


_DIALECTS: Final = {"postgresql": postgresql, "sqlite": sqlite}
_KEEP: Final = {name: Prebuilt(_keep(dialect)) for name, dialect in _DIALECTS.items()}
_ADD: Final = {name: Prebuilt(_add(dialect)) for name, dialect in _DIALECTS.items()}


class CardRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, works: Iterable[Work], locations: Iterable[Location]) -> None:
        """The cards of these works as they are now, and what lies above these locations and works."""
        rows: dict[int, dict[str, Any]] = {}
        for work in works:
            for key, card in cards_of(work).items():
                prefix = prefix_of(key)
                row = {"prefix": prefix, "key": key, "id": work.id, "card": card}
                if prefix in rows:
                    row.update(key=None, id=None, card=None)
                rows[prefix] = row
        dialect = self._connection.dialect.name
        if rows:
            _KEEP[dialect].run(self._connection, in_order(list(rows.values()), "prefix"))
        above = {key for each in locations for key in keys_above(each.expression)}
        above.update(
            key_of_works_at(site) for site in {each for work in works for each in sites_of(work)}
        )
        if above:
            _ADD[dialect].run(self._connection, [{"key": key} for key in sorted(above)])

    def fill(self, since: int) -> int:
        """Writes what a program left out that knows of no cards, for every work and location that the events from
        `since` on have changed. Returns how many there were."""
        filled, after = 0, ""
        changed = (
            select(dossiers.c.id, dossiers.c.body)
            .where(dossiers.c.since >= since, dossiers.c.kind.in_(("work", "location")))
            .order_by(dossiers.c.id)
            .limit(_PART)
        )
        while True:
            part = self._connection.execute(changed.where(dossiers.c.id > after)).all()
            if not part:
                return filled
            found = [decode_dossier(row.body) for row in part]
            works = [each for each in found if isinstance(each, Work)]
            self.keep(works, [each for each in found if isinstance(each, Location)])
            filled, after = filled + len(part), part[-1].id
