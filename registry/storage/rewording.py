"""Dossiers whose past is changed: where what named a person was erased from the events, it goes from every version of
what was folded from them.

Guarantee: afterwards the projection is what `registry rebuild` would make of the events as they are now.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from registry.domain.dossiers import Dossier, Work, decode_dossier, encode_dossier
from registry.storage.prebuilt import Prebuilt
from registry.storage.repertoire import Repertoire
from registry.storage.tables import dossier_history, dossiers

Change = Callable[[Dossier], None]

_VERSIONS: Final = (dossiers, dossier_history)
_PUT: Final = {
    table.name: Prebuilt(
        update(table)
        .where(table.c.id == bindparam("of"), table.c.since == bindparam("place"))
        .values(body=bindparam("left"))
    )
    for table in _VERSIONS
}
_PART: Final = 500


def places_of_versions(connection: Connection, ids: Sequence[str]) -> set[int]:
    """For every version of these dossiers, the place in the log of the last event of the transaction that made it."""
    found: set[int] = set()
    for part in _parts(ids):
        for table in _VERSIONS:
            found.update(
                connection.execute(select(table.c.since).where(table.c.id.in_(part))).scalars()
            )
    return found


def reword(connection: Connection, ids: Sequence[str], change: Change) -> None:
    """Changes every version of these dossiers where it stands. What is gathered in a `Projection` has to be flushed."""
    for part in _parts(ids):
        works: list[tuple[Work, bool]] = []
        for table in _VERSIONS:
            changed: list[dict[str, Any]] = []
            for row in connection.execute(select(table).where(table.c.id.in_(part))).all():
                dossier = decode_dossier(row.body)
                change(dossier)
                body = encode_dossier(dossier)
                if body != row.body:
                    changed.append({"of": row.id, "place": row.since, "left": body})
                    if table is dossiers and isinstance(dossier, Work):
                        works.append((dossier, True))
            if changed:
                _PUT[table.name].run(connection, changed)
        Repertoire(connection).keep(works)


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _PART] for start in range(0, len(ids), _PART))
