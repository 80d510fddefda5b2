"""The list of a rightsholder's works: written with each change of a dossier, read by a page of some, in several orders.

A part of the projection. Everything that is asked is about one rightsholder, whose rows lie together; a filter or an
order other than by id looks at all of them (tens of thousands in milliseconds), and carries no index in each write.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
)

from registry.domain.dossiers import Work
from registry.domain.ids import first_id
from registry.domain.repertoire import Entry, entries_of
from registry.storage.list_tables import repertoire
from registry.storage.prebuilt import Prebuilt, in_order
from registry.storage.saying_tables import waits

_R = repertoire.c
_ADD: Final = Prebuilt(insert(repertoire))
_TAKE_OUT: Final = Prebuilt(
    delete(repertoire).where(_R.rightsholder == bindparam("of"), _R.work == bindparam("what"))
)


class Order(StrEnum):
    NEWEST = "newest"
    """Registered last, first."""
    TITLE = "title"
    SAID_LAST = "said"
    """What something was said about last, first."""


class Behind(StrEnum):
    """What stands behind a work's identifiers."""

    PROVED = "proved"
    PARTLY = "partly"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Sought:
    """Which rows, at the time `at` (ms). `words`: each is a part of the title, as `domain.repertoire.title_key` has
    it; or it is one of `met`. `said`: what is said of the work itself is one of these. `works`: it is one of these.
    `registered_by` (ms): it was registered by then. None: whichever."""

    rightsholder: str
    at: int
    words: tuple[str, ...] = ()
    met: tuple[str, ...] = ()
    works: tuple[str, ...] | None = None
    said: tuple[str, ...] | None = None
    kind: str | None = None
    behind: Behind | None = None
    waiting: bool = False
    registered_by: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One row. `bare`: identifiers that no grant on the work itself proves; `bare_texts`: which these are."""

    work: str
    said: str
    said_at: int
    identifiers: int
    bare: int
    bare_texts: tuple[str, ...]


class Repertoire:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, works: Iterable[tuple[Work, bool]]) -> None:
        """The rows of each work as it is now; with each, whether it may have rows already. In order of their ids: then
        so are the rows of one holder, and only whose they are has to be sorted."""
        fresh: list[dict[str, Any]] = []
        old: list[dict[str, str]] = []
        for work, known in works:
            for holder, entries in entries_of(work).items():
                if known:
                    old.append({"of": holder, "what": work.id})
                fresh += [_row(holder, work.id, each) for each in entries]
        if old:
            _TAKE_OUT.run(self._connection, in_order(old, "of"))
        if fresh:
            _ADD.run(self._connection, in_order(fresh, "rightsholder"))

    def count(self, sought: Sought) -> int:
        """How many works."""
        counted = select(func.count()).where(*_conditions(sought))
        return int(self._connection.execute(counted).scalar_one())

    def count_each(self, rightsholder: str, at: int) -> dict[tuple[str, str], int]:
        """(what is said of the work itself, its kind) → how many works of theirs."""
        found = _conditions(Sought(rightsholder, at))
        counted = select(_R.said, _R.kind, func.count()).where(*found).group_by(_R.said, _R.kind)
        return {(said, kind): number for said, kind, number in self._connection.execute(counted)}

    def page(
        self, sought: Sought, order: Order, limit: int, *, after: str = "", before: str = ""
    ) -> list[Listed]:
        """Rows in this order: the first of those after the work `after`, or the last of those before the work `before`,
        else the first of all. A work that is not in their list is like none."""
        place = self._place(sought, before or after, order)
        forward = place is None or not before
        rises = forward == (order is Order.TITLE)
        key = _KEYS[order]
        wanted = select(repertoire).where(*_conditions(sought))
        if place is not None:
            here = tuple_(*map(literal, place))
            wanted = wanted.where(tuple_(*key) > here if rises else tuple_(*key) < here)
        wanted = wanted.order_by(*(each.asc() if rises else each.desc() for each in key))
        rows = [_listed(row) for row in self._connection.execute(wanted.limit(limit))]
        return rows if forward else rows[::-1]

    def in_order_of_id(self, sought: Sought, after: str = "") -> Iterator[Listed]:
        """All rows after the work `after`, in order of the works' ids, without holding them."""
        wanted = select(repertoire).where(*_conditions(sought), _R.work > after).order_by(_R.work)
        with self._connection.execute(wanted.execution_options(yield_per=500)) as rows:
            for row in rows:
                yield _listed(row)

    def _place(self, sought: Sought, work: str, order: Order) -> tuple[Any, ...] | None:
        """Where a work of theirs stands in this order, whether it is sought or not."""
        if not work:
            return None
        found = _conditions(Sought(sought.rightsholder, sought.at, works=(work,)))
        row = self._connection.execute(select(*_KEYS[order]).where(*found)).one_or_none()
        return None if row is None else tuple(row)


_KEYS: Final[dict[Order, tuple[ColumnElement[Any], ...]]] = {
    Order.NEWEST: (_R.work,),
    Order.TITLE: (_R.title_key, _R.work),
    Order.SAID_LAST: (_R.said_at, _R.work),
}
_BEHIND: Final[dict[Behind, tuple[ColumnElement[bool], ...]]] = {
    Behind.PROVED: (_R.bare == 0, _R.identifiers > 0),
    Behind.PARTLY: (_R.bare > 0, _R.bare < _R.identifiers),
    Behind.DECLARED: (_R.bare == _R.identifiers,),
}


def _conditions(sought: Sought) -> list[ColumnElement[bool]]:
    found = [
        _R.rightsholder == sought.rightsholder,
        _R.from_at <= sought.at,
        _R.until_at > sought.at,
    ]
    named = [_R.title_key.contains(word, autoescape=True) for word in sought.words]
    if sought.met:
        met = _R.work.in_(sought.met)
        found.append(or_(and_(*named), met) if named else met)
    else:
        found += named
    if sought.works is not None:
        found.append(_R.work.in_(sought.works))
    if sought.said is not None:
        found.append(_R.said.in_(sought.said))
    if sought.kind is not None:
        found.append(_R.kind == sought.kind)
    if sought.behind is not None:
        found += _BEHIND[sought.behind]
    if sought.registered_by is not None:
        found.append(_R.work < first_id(sought.registered_by + 1))
    if sought.waiting:
        waiting = select(waits.c.subject).where(
            waits.c.rightsholder == sought.rightsholder, waits.c.effect > sought.at
        )
        found.append(_R.work.in_(waiting))
    return found


def _row(holder: str, work: str, entry: Entry) -> dict[str, Any]:
    row = msgspec.structs.asdict(entry)
    row["rightsholder"], row["work"] = holder, work
    row["kind"] = str(entry.kind)  # the driver is slower with a word of its own type
    return row


def _listed(row: Any) -> Listed:
    texts = tuple(row.bare_texts.split("\n")) if row.bare_texts else ()
    return Listed(row.work, row.said, row.said_at, row.identifiers, row.bare, texts)
