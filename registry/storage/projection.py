"""The projection within one transaction: dossiers read once, folded in memory, written at the end."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from registry.domain.dossiers import (
    KIND_OF,
    Dossier,
    DossierKind,
    Location,
    Work,
    decode_dossier,
    encode_dossier,
)
from registry.domain.event_body import Sequenced
from registry.domain.events import IdentifierAdded, Subject
from registry.domain.fold import fold
from registry.domain.folding.access import the_work
from registry.storage.card_rows import CardRows
from registry.storage.prebuilt import Prebuilt, in_order
from registry.storage.repertoire import Repertoire
from registry.storage.tables import (
    dossier_history,
    dossiers,
    handles,
    holdings,
    projection_version,
    subject_keys,
)
from registry.storage.waits import Waits, removals_on

VERSION = 3
"""The form in which events are folded into dossiers, keys and handles; higher with each change of it. A
projection of another form is made anew before anything is read from it."""

FEW = 3
"""So many keys are looked up one by one faster than all at once."""

# built once: the writer's way is walked for every declaration
_DOSSIERS = select(dossiers).where(dossiers.c.id.in_(bindparam("ids", expanding=True)))
_KEYS = (
    select(subject_keys.c.key, subject_keys.c.id, subject_keys.c.kind)
    .where(subject_keys.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(subject_keys.c.key, subject_keys.c.id)
)
_KEY = Prebuilt(
    select(subject_keys.c.key, subject_keys.c.id, subject_keys.c.kind)
    .where(subject_keys.c.key == bindparam("key"))
    .order_by(subject_keys.c.id)
)
_DOSSIER = Prebuilt(select(dossiers).where(dossiers.c.id == bindparam("id")))
_HANDLE = Prebuilt(select(handles).where(handles.c.id == bindparam("id")))
_ADD_PAST = Prebuilt(insert(dossier_history))


def _keep_dossiers(dialect: Any) -> Insert:
    statement = dialect.insert(dossiers)
    new = statement.excluded
    kept: Insert = statement.on_conflict_do_update(
        index_elements=["id"], set_={"since": new.since, "body": new.body}
    )
    return kept


def _add_missing(dialect: Any, table: Table) -> Insert:
    added: Insert = dialect.insert(table).on_conflict_do_nothing()
    return added


_DIALECTS = {"postgresql": postgresql, "sqlite": sqlite}
_KEEP_DOSSIERS = {name: Prebuilt(_keep_dossiers(dialect)) for name, dialect in _DIALECTS.items()}
_ADD_MISSING = {
    (name, table): Prebuilt(_add_missing(dialect, table))
    for name, dialect in _DIALECTS.items()
    for table in (subject_keys, handles, holdings)
}
_KEY_OF = {
    table: [column.name for column in table.primary_key]
    for table in (subject_keys, handles, holdings)
}


def version_of(connection: Connection) -> int:
    """The form that the projection in this store is in; 0 before forms were noted."""
    found = connection.execute(select(projection_version.c.version)).scalar()
    return 0 if found is None else int(found)


def note_version(connection: Connection) -> None:
    """From now on the projection in this store is in the newest form, and another than before: what was kept of it is
    kept no longer (`at_hand`)."""
    built = connection.execute(select(projection_version.c.built)).scalar() or 0
    connection.execute(delete(projection_version))
    connection.execute(insert(projection_version).values(one=1, version=VERSION, built=built + 1))


class Projection:
    """Serves `folding.access.Dossiers` from the store. `flush` writes what changed, and moves what it was before
    to the history; one version a transaction, since a question is never answered from within one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._loaded: dict[str, Dossier] = {}
        self._before: dict[str, tuple[int, bytes]] = {}
        self._changed: dict[str, DossierKind] = {}
        self._keys: dict[tuple[bytes, str], str] = {}
        self._handles: dict[str, Subject] = {}
        self._holdings: dict[tuple[str, str], str] = {}
        self._seq = -1
        self.cards = CardRows(connection)
        self.waits = Waits(connection)
        self.repertoire = Repertoire(connection)

    def apply(self, entry: Sequenced) -> None:
        """Folds the next event in."""
        self._seq = entry.seq
        added = entry.event if isinstance(entry.event, IdentifierAdded) else None
        before = removals_on(the_work(self, added.work)) if added else set()
        fold(self, entry)
        self.waits.note(entry)
        if before and added:  # what is added again waits for its removal no more
            self.waits.forget(before - removals_on(the_work(self, added.work)))

    def forget(self) -> None:
        """What was read is read again: the store was changed beside it. Only while nothing was folded in."""
        assert not self._changed
        self._loaded.clear()
        self._before.clear()

    # -- folding.access.Dossiers --

    def dossier(self, kind: DossierKind, id: str) -> Dossier:
        if id not in self._loaded:
            self.load([id])
        dossier = self._loaded.get(id)
        if dossier is None or KIND_OF[type(dossier)] != kind:
            raise LookupError(f"no {kind} {id}")
        return dossier

    def keep(self, kind: DossierKind, dossier: Dossier) -> None:
        self._loaded[dossier.id] = dossier
        self._changed[dossier.id] = kind

    def index(self, key: bytes, subject: Subject) -> None:
        self._keys[key, subject.id] = subject.kind

    def handle(self, id: str, subject: Subject) -> None:
        self._handles[id] = subject

    def hold(self, rightsholder: str, subject: Subject) -> None:
        self._holdings[rightsholder, subject.id] = subject.kind

    # -- reading --

    def load(self, ids: Iterable[str]) -> None:
        """Reads these dossiers in one go, where they are not read yet and exist."""
        wanted = [id for id in dict.fromkeys(ids) if id not in self._loaded]
        rows: Iterable[Any]
        for start in range(0, len(wanted), 500):
            if len(wanted) <= FEW:
                rows = _DOSSIER.rows_of_each(self._connection, [{"id": id} for id in wanted])
            else:
                rows = self._connection.execute(_DOSSIERS, {"ids": wanted[start : start + 500]})
            for id, _, since, body in rows:
                self._loaded[id] = decode_dossier(body)
                self._before[id] = (since, body)

    def find(self, id: str) -> Subject | None:
        """Where a claim, link, grant, declaration, loosening or dispute is found."""
        if id in self._handles:
            return self._handles[id]
        for _, kind, subject in _HANDLE.rows(self._connection, {"id": id}):
            return Subject(kind, subject)
        return None

    def meeting(self, key: bytes) -> list[Subject]:
        """What a wide key or location key leads to, in order of id."""
        statement = (
            select(subject_keys).where(subject_keys.c.key == key).order_by(subject_keys.c.id)
        )
        return [Subject(row.kind, row.id) for row in self._connection.execute(statement)]

    def meeting_each(self, keys: Iterable[bytes]) -> dict[bytes, list[Subject]]:
        """The same for many keys: each that leads somewhere, with where it leads."""
        found: dict[bytes, list[Subject]] = {}
        wanted = list(dict.fromkeys(keys))
        if len(wanted) <= FEW:
            for wide in wanted:
                for _, id, kind in _KEY.rows(self._connection, {"key": wide}):
                    found.setdefault(wide, []).append(Subject(kind, id))
            return found
        for start in range(0, len(wanted), 500):
            given = {"keys": wanted[start : start + 500]}
            for key, id, kind in self._connection.execute(_KEYS, given):
                found.setdefault(bytes(key), []).append(Subject(kind, id))
        return found

    def held_by(
        self, rightsholder: str, after: str = "", limit: int = 100, *, kind: str | None = None
    ) -> list[Subject]:
        """What a rightsholder claims, in order of id, after the id `after`; of one kind, where it is given."""
        statement = (
            select(holdings)
            .where(holdings.c.rightsholder == rightsholder, holdings.c.id > after)
            .order_by(holdings.c.id)
            .limit(limit)
        )
        if kind is not None:
            statement = statement.where(holdings.c.kind == kind)
        return [Subject(row.kind, row.id) for row in self._connection.execute(statement)]

    def versions(self, id: str, limit: int) -> list[int]:
        """For each version of a dossier, the newest first, the place in the log of the last event of the transaction
        that made it."""
        past = select(dossier_history.c.since).where(dossier_history.c.id == id)
        now = select(dossiers.c.since).where(dossiers.c.id == id)
        both = now.union_all(past).subquery()
        statement = select(both.c.since).order_by(both.c.since.desc()).limit(limit)
        return list(self._connection.execute(statement).scalars())

    # -- writing --

    def flush(self) -> None:
        """Writes everything that changed since the last flush."""
        if self._changed:
            self._write_dossiers()
        self._insert(
            subject_keys,
            [{"key": key, "id": id, "kind": kind} for (key, id), kind in self._keys.items()],
        )
        self._insert(
            handles,
            [{"id": id, "kind": s.kind, "subject": s.id} for id, s in self._handles.items()],
        )
        self._insert(
            holdings,
            [
                {"rightsholder": r, "id": id, "kind": kind}
                for (r, id), kind in self._holdings.items()
            ],
        )
        self._keys.clear()
        self._handles.clear()
        self._holdings.clear()
        self.waits.flush()

    def _write_dossiers(self) -> None:
        past: list[dict[str, Any]] = []
        now: list[dict[str, Any]] = []
        seq = self._seq
        works: list[tuple[Work, bool]] = []
        locations: list[Location] = []
        for id in sorted(self._changed):  # the order of the keys: see `in_order`
            dossier, kind = self._loaded[id], self._changed[id]
            body = encode_dossier(dossier)
            before = self._before.get(id)
            if isinstance(dossier, Work):
                works.append((dossier, before is not None))
            elif isinstance(dossier, Location) and before is None:
                locations.append(dossier)
            if before is not None:
                since, old = before
                past.append({"id": id, "since": since, "until": seq, "kind": kind, "body": old})
            now.append({"id": id, "kind": kind, "since": seq, "body": body})
            self._before[id] = (seq, body)
        self._changed.clear()
        if past:
            _ADD_PAST.run(self._connection, past)
        _KEEP_DOSSIERS[self._connection.dialect.name].run(self._connection, now)
        self.repertoire.keep(works)
        self.cards.keep([work for work, _ in works], locations)

    def _insert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            _ADD_MISSING[self._connection.dialect.name, table].run(
                self._connection, in_order(rows, *_KEY_OF[table])
            )
