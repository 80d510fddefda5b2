"""The journal read: acts by whom, about whom, of which kind and when, the newest first; and the roots over them.

A page costs the same however long the journal is: acts about something are found by `act_subjects`; where only a kind
is asked for, as many as `MOST_LOOKED_AT` are looked through, and the page says how far it came.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, exists, func, insert, select

from registry.storage.journal_tables import act_roots, act_subjects
from registry.storage.tables import audit_events
from registry.storage.whole_journal import CHUNK, Entry, read_entries

_A, _S, _R = audit_events.c, act_subjects.c, act_roots.c
MOST_LOOKED_AT: Final = 5_000


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the journal. `seq`: the event in the log that it is, if it is one; `way` and `session`: from where it
    came, None where that was not kept yet."""

    id: str
    at: int
    actor: str
    authority: str
    act: str
    seq: int | None
    details: dict[str, Any]
    way: str | None
    session: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which acts. `who` and `about` name an actor and a subject; `within`: another subject that acts have to be about,
    too; `kind` an act, or with a dot at its end all that begin so; from `since` up to, not including, `until` (ms)."""

    who: str | None = None
    about: str | None = None
    within: str | None = None
    kind: str | None = None
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """`next`: what to begin the next page before; None where there is nothing more."""

    acts: list[Act]
    next: str | None


@dataclass(frozen=True, slots=True)
class ActRoot:
    """What the log says of the acts from `since` up to `until` (ms), by its event `seq`."""

    until: int
    since: int
    count: int
    root: bytes
    seq: int


class Acts:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, wanted: Wanted, *, before: str | None = None, limit: int = 100) -> Page:
        """At most `limit` acts, the newest first, from before the act with this id."""
        most = limit + 1 if wanted.kind is None and wanted.who is None else MOST_LOOKED_AT
        found = [_act(row) for row in self._rows(wanted, before, most)]
        fits = [each for each in found if _fits(each, wanted)][: limit + 1]
        if len(fits) > limit:
            return Page(fits[:limit], fits[limit - 1].id)
        more = len(found) == most and most == MOST_LOOKED_AT
        return Page(fits, found[-1].id if more else None)

    def count_within(self, since: int, until: int, but: Sequence[str] = ()) -> int:
        """How many acts there are in this time (ms), but those of these kinds; none counts beyond the first."""
        query = select(_A.id).where(*_in_time(since, until), _A.act.not_in(but)).limit(1)
        return len(self._connection.execute(query).all())

    def entries(self, since: int, until: int) -> Iterator[list[Entry]]:
        """The acts of this time (ms) in their one form, in order of id."""
        last, end = id_at(since), id_at(until)
        while part := read_entries(self._connection, last, end):
            yield part
            last = part[-1].id

    def from_on(self, since: int) -> Iterator[list[Act]]:
        """Every act whose id is of no earlier time (ms), whatever it looks like, in order of id."""
        here = _A.id >= (id_at(since) if since else "")
        while rows := self._connection.execute(
            select(audit_events).where(here).order_by(_A.id).limit(CHUNK)
        ).all():
            yield [_act(row) for row in rows]
            here = _A.id > rows[-1].id

    def count_before(self, until: int) -> int:
        """How many acts there are whose ids come before those of this moment (ms), whatever they look like."""
        counted = select(func.count()).select_from(audit_events).where(_A.id < id_at(until))
        return int(self._connection.execute(counted).scalar_one())

    # -- by what they are found --

    def subjects(self) -> Iterator[tuple[str, str]]:
        """Each id by which acts are found, with the act's; not those of acts from before that was kept with them."""
        query = select(_S.subject, _S.id).join(audit_events, _A.id == _S.id)
        query = query.where(_A.way.is_not(None)).execution_options(yield_per=CHUNK)
        with self._connection.execute(query) as rows:
            for row in rows:
                yield row.subject, row.id

    def about(
        self, each_of: Sequence[Sequence[str]], first: str, last: str, *, most: int = CHUNK
    ) -> set[str]:
        """The ids of acts with first ≤ id ≤ last, at most so many, that are found by one of the ids of each of these
        groups."""
        (group, *others) = each_of
        query = select(_S.id).where(_S.subject.in_(group), _S.id >= first, _S.id <= last)
        for ids in others:
            other = act_subjects.alias()
            query = query.where(
                exists()
                .where(other.c.subject.in_(ids), other.c.id == _S.id)
                .correlate_except(other)
            )
        return set(self._connection.execute(query.distinct().limit(most)).scalars())

    def find_by(self, pairs: Sequence[tuple[str, str]]) -> None:
        """From now on the acts are found by these ids: (subject, act), each pair once."""
        if pairs:
            rows = [{"subject": subject, "id": id} for subject, id in pairs]
            self._connection.execute(insert(act_subjects), rows)

    def forget_subjects(self) -> None:
        """Acts are found by nothing, until that is made anew."""
        self._connection.execute(act_subjects.delete())

    # -- roots --

    def keep_root(self, root: ActRoot) -> None:
        self._connection.execute(
            insert(act_roots), {name: getattr(root, name) for name in ActRoot.__slots__}
        )

    def roots(self) -> list[ActRoot]:
        """All, in order."""
        rows = self._connection.execute(select(act_roots).order_by(_R.until))
        return [ActRoot(**row._mapping) for row in rows]

    def rooted_until(self) -> int:
        """Up to when (ms) the log has the roots; 0 where it has none."""
        newest = self._connection.execute(
            select(_R.until).order_by(_R.until.desc()).limit(1)
        ).scalar_one_or_none()
        return int(newest or 0)

    def forget_roots(self) -> None:
        """Empties the list of roots, which is made anew from the log."""
        self._connection.execute(act_roots.delete())

    def _rows(self, wanted: Wanted, before: str | None, most: int) -> Sequence[Row[Any]]:
        named = (wanted.about, wanted.who, wanted.within)
        subjects = list(dict.fromkeys(each for each in named if each is not None))
        query: Select[Any] = select(audit_events)
        at = _A.id
        if subjects:  # read in the order of its key, so that no page reads what is not on it
            at = _S.id
            query = query.join(act_subjects, _A.id == _S.id).where(_S.subject == subjects[0])
        for subject in subjects[1:]:
            other = act_subjects.alias()
            query = query.where(
                exists().where(other.c.subject == subject, other.c.id == at).correlate_except(other)
            )
        query = query.where(at >= id_at(wanted.since or 0))
        if wanted.until is not None:
            query = query.where(at < id_at(wanted.until))
        if before is not None:
            query = query.where(at < before)
        return self._connection.execute(query.order_by(at.desc()).limit(most)).all()


def id_at(moment: int) -> str:
    """What every id of this moment (ms) and later ones is not less than, and every earlier one is."""
    time = f"{moment & (1 << 48) - 1:012x}"
    return f"{time[:8]}-{time[8:]}"


def _in_time(since: int, until: int) -> tuple[Any, Any]:
    return _A.id > id_at(since), _A.id < id_at(until)


def _fits(act: Act, wanted: Wanted) -> bool:
    kind = wanted.kind
    if kind is not None and not (act.act.startswith(kind) if kind[-1:] == "." else act.act == kind):
        return False
    return wanted.who is None or act.actor == wanted.who


def _act(row: Row[Any]) -> Act:
    return Act(**{**row._mapping, "details": json.loads(row.details)})
