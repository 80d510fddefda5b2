"""The read path of questions: one short transaction on a kept connection, few statements, all prebuilt.

Guarantee: everything that one `LookupTransaction` gives is of one log prefix; if the store is away, or a row that
is referred to is missing, it raises, and never gives an absence. Statements go to the driver as constant text
(docs/adr/0005): on SQLite with a number of marks that is a power of four, on PostgreSQL with one array.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from psycopg import IsolationLevel
from sqlalchemy import Engine

from registry.domain.dossiers import (
    Dossier,
    DossierKind,
    Location,
    Platform,
    Rightsholder,
    Work,
    decode_dossier,
)
from registry.domain.events import Subject
from registry.domain.identifiers import Identifier
from registry.domain.matching import location_keys
from registry.errors import TooLarge
from registry.storage.head_file import Head
from registry.storage.kept import KeptConnections
from registry.storage.log_store import SignedHead

MOST_DOSSIERS = 50_000
"""More than this behind one request is refused, so that nobody can make one answer cost a minute."""

_NOW = "SELECT d.id, d.kind, d.body FROM dossiers d WHERE d.id {}"
_THEN = (
    "SELECT d.id, d.kind, d.body FROM dossiers d WHERE d.since < {n} AND d.id {} "
    "UNION ALL SELECT h.id, h.kind, h.body FROM dossier_history h "
    "WHERE h.since < {n} AND h.until >= {n} AND h.id {}"
)
_KEYS = "SELECT k.key, k.id, k.kind FROM subject_keys k WHERE k.key {}"
_KEYS_WITH_DOSSIERS = (
    "SELECT k.key, k.id, k.kind, d.body FROM subject_keys k "
    "LEFT JOIN dossiers d ON d.id = k.id WHERE k.key {}"
)
_VERSIONS = (
    "SELECT d.id, d.since FROM dossiers d WHERE d.id {} "
    "UNION ALL SELECT h.id, h.since FROM dossier_history h WHERE h.id {}"
)


class Lookups:
    """Hands out read transactions on connections that are kept."""

    def __init__(self, engine: Engine) -> None:
        self._postgresql = engine.dialect.name == "postgresql"
        self._kept = KeptConnections(
            engine, _see_one_moment if self._postgresql else _leave_as_it_is
        )

    @contextmanager
    def transaction(self) -> Iterator["LookupTransaction"]:
        """One moment of the store.

        Raises: Unavailable where the store is away or breaks off.
        """
        with self._kept.lent() as connection:
            cursor = connection.cursor()
            if not self._postgresql:
                cursor.execute("BEGIN")
            yield LookupTransaction(cursor, self._postgresql)
            cursor.close()
            connection.rollback()

    def close(self) -> None:
        """Closes every connection."""
        self._kept.close()


def _see_one_moment(connection: Any) -> None:
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    connection.read_only = True


def _leave_as_it_is(connection: Any) -> None:
    """An SQLite transaction sees one moment by itself."""


class LookupTransaction:
    """What the rules may look at within one transaction."""

    def __init__(self, cursor: Any, postgresql: bool) -> None:
        self._cursor = cursor
        self._postgresql = postgresql

    def head(self) -> SignedHead | None:
        """The newest checkpoint."""
        self._cursor.execute("SELECT size, root, at, note FROM log_head")
        row = self._cursor.fetchone()
        return None if row is None else SignedHead(Head(row[0], bytes(row[1]), row[2]), row[3])

    def size_at(self, at: int) -> int:
        """How many events were sequenced by then (ms)."""
        mark = "%s" if self._postgresql else "?"
        self._cursor.execute(
            f"SELECT seq FROM events WHERE at <= {mark} ORDER BY at DESC, seq DESC LIMIT 1",  # noqa: S608
            (at,),
        )
        row = self._cursor.fetchone()
        return 0 if row is None else row[0] + 1

    def platform_of_key(self, kid: str) -> tuple[str, str, int | None] | None:
        """(platform, JWK as JSON, revoked at) of a platform's key."""
        mark = "%s" if self._postgresql else "?"
        self._cursor.execute(
            f"SELECT platform, jwk, revoked_at FROM platform_keys WHERE kid = {mark}",  # noqa: S608
            (kid,),
        )
        row: tuple[str, str, int | None] | None = self._cursor.fetchone()
        return row

    def facts(
        self, identifiers: Iterable[Identifier], asker: str | None, *, size: int | None = None
    ) -> "LoadedFacts":
        """Everything that the rules can ask about these identifiers, at the log's newest state, or as
        of the first `size` events.

        Raises: LookupError where a dossier that is referred to is missing, TooLarge.
        """
        facts = LoadedFacts()
        keys: dict[bytes, None] = {}
        for identifier in identifiers:
            keys[identifier.wide_key] = None
            if identifier.scheme == "url":
                keys.update((key, None) for key, _ in location_keys(identifier.wide))
        if asker is not None:
            self._read_dossiers(facts, [asker], size, strict=False)
        pending: list[str] = []
        fresh_keys = list(keys)
        while fresh_keys or pending:
            fresh = self._read_keys(facts, fresh_keys, size) if fresh_keys else []
            pending = [id for id in dict.fromkeys(pending) if not facts.has(id)]
            fresh += self._read_dossiers(facts, pending, size)
            if len(facts) > MOST_DOSSIERS:
                raise TooLarge(
                    "too many works, links and claims lie behind this question; ask for fewer items"
                )
            pending, fresh_keys = _what_they_refer_to(facts, fresh)
        return facts

    def _read_keys(
        self, facts: "LoadedFacts", keys: list[bytes], size: int | None
    ) -> list[Dossier]:
        fresh: list[Dossier] = []
        facts.ask(keys)
        if size is None:
            for key, id, kind, body in self._rows(_KEYS_WITH_DOSSIERS, keys, 1):
                dossier = facts.find(id)
                if dossier is None:
                    if body is None:
                        raise _lacking()
                    dossier = decode_dossier(body)
                    facts.add(dossier)
                    fresh.append(dossier)
                facts.lead(bytes(key), kind, id)
            return fresh
        led = list(self._rows(_KEYS, keys, 1))
        fresh = self._read_dossiers(facts, list({id for _, id, _ in led}), size, strict=False)
        self._check_later([id for _, id, _ in led if not facts.has(id)], size)
        for key, id, kind in led:
            if facts.has(id):  # else it was registered later
                facts.lead(bytes(key), kind, id)
        return fresh

    def _read_dossiers(
        self, facts: "LoadedFacts", ids: Sequence[str], size: int | None, *, strict: bool = True
    ) -> list[Dossier]:
        wanted = [id for id in ids if not facts.has(id)]
        if not wanted:
            return []
        rows = (
            self._rows(_NOW, wanted, 1)
            if size is None
            else self._rows(_THEN.replace("{n}", str(int(size))), wanted, 2)
        )
        fresh = [decode_dossier(body) for _, _, body in rows]
        for dossier in fresh:
            facts.add(dossier)
        if strict and len(fresh) != len(set(wanted)):
            raise _lacking()
        return fresh

    def _check_later(self, ids: Sequence[str], size: int) -> None:
        """Whatever a key leads to and was not there yet must have been registered since.

        Raises: LookupError.
        """
        first: dict[str, int] = {}
        for id, since in self._rows(_VERSIONS, ids, 2) if ids else ():
            first[id] = min(since, first.get(id, since))
        if any(first.get(id, -1) < size for id in ids):
            raise _lacking()

    def _rows(self, template: str, values: Sequence[Any], times: int) -> Iterator[Any]:
        if self._postgresql:
            sql = template.replace("{}", "= ANY(%s)")
            self._cursor.execute(sql, (list(values),) * times)
            yield from self._cursor.fetchall()
            return
        for start in range(0, len(values), 4096):
            part = list(values[start : start + 4096])
            width = _width(len(part))
            part += [part[-1]] * (width - len(part))
            self._cursor.execute(_marked(template, width), part * times)
            yield from self._cursor.fetchall()


def _lacking() -> LookupError:
    return LookupError("the store lacks a dossier that is referred to; run: registry fsck")


def _width(count: int) -> int:
    width = 1
    while width < count:
        width *= 4
    return width


@cache
def _marked(template: str, width: int) -> str:
    return template.replace("{}", f"IN ({','.join('?' * width)})")


def _what_they_refer_to(
    facts: "LoadedFacts", fresh: Sequence[Dossier]
) -> tuple[list[str], list[bytes]]:
    """The dossiers and keys that these dossiers lead to and that were not read yet."""
    ids: dict[str, None] = {}
    keys: dict[bytes, None] = {}
    for dossier in fresh:
        if isinstance(dossier, Work | Location):
            for claim in dossier.claims:
                ids[claim.rightsholder] = None
        if isinstance(dossier, Work):
            for link in dossier.links:
                ids[link.to] = None
            for held in dossier.identifiers:
                if held.text.startswith("https://"):
                    for key, _ in location_keys(held.wide or held.text):
                        if not facts.asked(key):
                            keys[key] = None
    return [id for id in ids if not facts.has(id)], list(keys)


class LoadedFacts:
    """`matching.Facts` over what one transaction has read. A key that was not read raises."""

    def __init__(self) -> None:
        self._dossiers: dict[str, Dossier] = {}
        self._index: dict[bytes, list[Subject]] = defaultdict(list)
        self._asked: set[bytes] = set()

    def __len__(self) -> int:
        return len(self._dossiers)

    def has(self, id: str) -> bool:
        return id in self._dossiers

    def find(self, id: str) -> Dossier | None:
        return self._dossiers.get(id)

    def add(self, dossier: Dossier) -> None:
        self._dossiers[dossier.id] = dossier

    def ask(self, keys: Iterable[bytes]) -> None:
        self._asked.update(keys)

    def asked(self, key: bytes) -> bool:
        return key in self._asked

    def lead(self, key: bytes, kind: Any, id: str) -> None:
        self._index[key].append(Subject(kind, id))

    def dossier(self, kind: DossierKind, id: str) -> Dossier:
        found = self._dossiers.get(id)
        if found is None or type(found) is not _KINDS[kind]:
            raise LookupError(f"no {kind} {id}")
        return found

    def meeting(self, key: bytes) -> Iterable[Subject]:
        if key not in self._asked:
            raise LookupError("a key was not read before it was asked for")
        return self._index.get(key, ())


_KINDS: dict[DossierKind, type[Dossier]] = {
    "work": Work,
    "location": Location,
    "rightsholder": Rightsholder,
    "platform": Platform,
}
