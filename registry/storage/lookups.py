"""The read path of questions: one short transaction on a kept connection, few statements, all prebuilt.

Guarantee: everything that one `LookupTransaction` gives is of one log prefix; if the store is away, or a row that
is referred to is missing, it raises, and never gives an absence. Statements go to the driver as constant text
(docs/adr/0005): on SQLite with a number of marks that is small or a power of four, on PostgreSQL with one array.
"""

from collections.abc import Iterable, Sequence
from functools import cache, partial
from typing import Any

from sqlalchemy import Engine

from registry.domain.dossiers import Dossier, decode_dossier
from registry.domain.identifiers import Identifier
from registry.errors import TooLarge
from registry.storage.head_file import Head
from registry.storage.loaded_facts import LoadedFacts, keys_of, what_they_refer_to
from registry.storage.log_store import SignedHead
from registry.storage.moments import Moment, Moments

MOST_DOSSIERS = 50_000
"""More than this behind one request is refused, so that nobody can make one answer cost a minute."""

_HEAD = "SELECT size, root, at, note FROM log_head"
_SIGNER = (
    "SELECT k.platform, k.jwk, k.revoked_at, d.body, h.size, h.root, h.at, h.note "
    "FROM platform_keys k LEFT JOIN dossiers d ON d.id = k.platform LEFT JOIN log_head h ON 1 = 1 WHERE k.kid = "
)
_SIGNER_OF = {mark: _SIGNER + mark for mark in ("?", "%s")}
_TEST_KEY = "SELECT platform, jwk, revoked_at FROM test_keys WHERE kid = "
_QUERY_KEY = "SELECT platform, revoked_at FROM query_keys WHERE digest = "
_NOW = "SELECT d.body FROM dossiers d WHERE d.id {}"
_THEN = (
    "SELECT d.body FROM dossiers d WHERE d.since < {n} AND d.id {} "
    "UNION ALL SELECT h.body FROM dossier_history h "
    "WHERE h.since < {n} AND h.until >= {n} AND h.id {}"
)
_THEN_ON_POSTGRESQL = _THEN.replace("{n}", "%s").replace("{}", "= ANY(%s)")
_KEYS = "SELECT k.key, k.id, k.kind FROM subject_keys k WHERE k.key {}"
_KEYS_WITH_DOSSIERS = (
    "SELECT k.key, k.id, k.kind, d.body, NULL FROM subject_keys k "
    "LEFT JOIN dossiers d ON d.id = k.id WHERE k.key {}"
)
_HOLDER = b'"rightsholder":"'
_FIRST_HOLDER = {
    True: f"encode(substring(d.body from position('\\x{_HOLDER.hex()}'::bytea in d.body) + {len(_HOLDER)} for 36),"
    " 'escape')",
    False: f"CAST(substr(d.body, instr(d.body, x'{_HOLDER.hex()}') + {len(_HOLDER)}, 36) AS TEXT)",
}
"""By "on PostgreSQL?": the id of the first rightsholder that a dossier names. Whom else it names, or whom this does not
find, the next round reads."""
_KEYS_WITH_HOLDERS = {
    postgresql: "SELECT k.key, k.id, k.kind, d.body, r.body FROM subject_keys k LEFT JOIN dossiers d ON d.id = k.id "  # noqa: S608
    f"LEFT JOIN dossiers r ON r.id = {first} WHERE k.key {{}}"
    for postgresql, first in _FIRST_HOLDER.items()
}
_FEW = 8
"""So many keys at most are those of a small question, whose rightsholders come in the same round. (A batch would read
the same ones again and again.)"""
_DOSSIERS_LIKE_THESE = (
    " UNION ALL SELECT NULL, d.id, d.kind, d.body, NULL FROM dossiers d WHERE d.id {}"
)
_BOTH_ON_POSTGRESQL = (_KEYS_WITH_DOSSIERS + _DOSSIERS_LIKE_THESE).replace("{}", "= ANY(%s)")
_VERSIONS = (
    "SELECT d.id, d.since FROM dossiers d WHERE d.id {} "
    "UNION ALL SELECT h.id, h.since FROM dossier_history h WHERE h.id {}"
)

_MOST_MARKS = 4096


class Lookups:
    """Hands out read transactions on connections that are kept."""

    def __init__(self, engine: Engine) -> None:
        self._moments = Moments(engine)
        self._look = partial(LookupTransaction, postgresql=self._moments.postgresql)

    @property
    def over_a_socket(self) -> bool:
        """Is there somebody to wait for, while other threads go on?"""
        return self._moments.postgresql

    def transaction(self) -> "Moment[LookupTransaction]":
        """One moment of the store, for the time of a block (`with`).

        Raises: Unavailable where the store is away or breaks off.
        """
        return self._moments.moment(self._look)

    def close(self) -> None:
        """Closes every connection."""
        self._moments.close()


class _Signer:
    """A platform's key, with the platform as it stands and the log's newest head. Nothing changes it."""

    __slots__ = ("dossier", "head", "key")

    def __init__(
        self,
        platform: str,
        jwk: str,
        revoked_at: int | None,
        body: bytes | None,
        size: int | None,
        root: Any,
        at: int,
        note: str,
    ) -> None:
        self.key = platform, jwk, revoked_at
        self.dossier = None if body is None else decode_dossier(body)
        self.head = None if size is None else _signed_head(size, root, at, note)


class LookupTransaction:
    """What the rules may look at within one transaction."""

    def __init__(self, cursor: Any, postgresql: bool) -> None:
        self._cursor = cursor
        self._postgresql = postgresql
        self._mark = "%s" if postgresql else "?"
        self._head: SignedHead | None = None
        self._signer: Dossier | None = None

    def head(self) -> SignedHead | None:
        """The newest checkpoint."""
        if self._head is None:
            self._cursor.execute(_HEAD)
            row = self._cursor.fetchone()
            self._head = None if row is None else _signed_head(*row)
        return self._head

    def size_at(self, at: int) -> int:
        """How many events were sequenced by then (ms)."""
        self._cursor.execute(
            f"SELECT seq FROM events WHERE at <= {self._mark} ORDER BY at DESC, seq DESC LIMIT 1",  # noqa: S608
            (at,),
        )
        row = self._cursor.fetchone()
        return 0 if row is None else row[0] + 1

    def platform_of_key(self, kid: str) -> tuple[str, str, int | None] | None:
        """(platform, JWK as JSON, revoked at) of a platform's key. What else every answer to this platform
        needs comes in the same statement, and is kept for the transaction; on SQLite all of it for as long as nobody
        writes."""
        signer = self._cursor.unchanged.get(kid)
        if signer is None:
            self._cursor.execute(_SIGNER_OF[self._mark], (kid,))
            row = self._cursor.fetchone()
            if row is None:
                return None
            signer = self._cursor.unchanged[kid] = _Signer(*row)
        self._head = signer.head
        self._signer = signer.dossier
        found: tuple[str, str, int | None] = signer.key
        return found

    def platform_of_test_key(self, kid: str) -> tuple[str, str, int | None] | None:
        """(platform, JWK as JSON, revoked at) of a key that the sandbox alone answers."""
        self._cursor.execute(_TEST_KEY + self._mark, (kid,))
        row = self._cursor.fetchone()
        return None if row is None else (row[0], row[1], row[2])

    def platform_of_query_key(self, digest: bytes) -> tuple[str, int | None] | None:
        """(platform, revoked at) of a plain key, by the SHA-256 of its secret."""
        self._cursor.execute(_QUERY_KEY + self._mark, (digest,))
        row = self._cursor.fetchone()
        return None if row is None else (row[0], row[1])

    def facts(
        self, identifiers: Iterable[Identifier], asker: str | None, *, size: int | None = None
    ) -> LoadedFacts:
        """Everything that the rules can ask about these identifiers, at the log's newest state, or as
        of the first `size` events.

        Raises: LookupError where a dossier that is referred to is missing, TooLarge.
        """
        facts = LoadedFacts()
        keys = keys_of(identifiers)
        if asker is not None:
            self._read_asker(facts, asker, size)
        ids: list[str] = []
        while keys or ids:
            fresh = self._read(facts, list(keys), ids, size)
            if len(facts) > MOST_DOSSIERS:
                raise TooLarge(
                    "too many works, links and claims lie behind this question; ask for fewer items"
                )
            ids, keys = what_they_refer_to(facts, fresh)
        return facts

    def _read_asker(self, facts: LoadedFacts, asker: str, size: int | None) -> None:
        """A platform that is not there (yet) stays away: the rules know what that means."""
        if size is None and self._signer is not None and self._signer.id == asker:
            facts.add(self._signer)
        else:
            for dossier in self._dossiers([asker], size):
                facts.add(dossier)

    def _read(
        self, facts: LoadedFacts, keys: list[bytes], ids: list[str], size: int | None
    ) -> list[Dossier]:
        """One round: where these keys lead, and these dossiers. Returns the dossiers that are new."""
        facts.ask(keys)
        if size is not None:
            return self._led_then(facts, keys, size) + self._referred_to(facts, ids, size)
        if not keys:
            return self._referred_to(facts, ids, None)
        fresh: list[Dossier] = []
        rows: Iterable[Any]
        if not ids and len(keys) <= _FEW:
            rows = self._rows(_KEYS_WITH_HOLDERS[self._postgresql], keys, 1)
        elif ids and self._postgresql:  # where the way to the store costs more than the store
            self._cursor.execute(_BOTH_ON_POSTGRESQL, (keys, ids))
            rows = self._cursor.fetchall()
        elif ids and len(keys) <= _MOST_MARKS and len(ids) <= _MOST_MARKS:
            keys, ids_asked = _padded(keys), _padded(ids)
            both = _both_on_sqlite(len(keys), len(ids_asked))
            rows = self._cursor.execute(both, keys + ids_asked).fetchall()
        else:
            rows = self._rows(_KEYS_WITH_DOSSIERS, keys, 1)
            fresh = self._referred_to(facts, ids, None) if ids else []
        for key, id, kind, body, holder in rows:
            if not facts.has(id):
                if body is None:
                    raise _lacking()
                dossier = decode_dossier(body)
                facts.add(dossier)
                fresh.append(dossier)
                if holder is not None and not facts.has(dossier.claims[0].rightsholder):  # type: ignore[union-attr]
                    facts.add(decode_dossier(holder))
            if key is not None:
                facts.lead(key, kind, id)
        if not all(map(facts.has, ids)):
            raise _lacking()
        return fresh

    def _led_then(self, facts: LoadedFacts, keys: list[bytes], size: int) -> list[Dossier]:
        """Where keys led as of a size of the log."""
        if not keys:
            return []
        led = list(self._rows(_KEYS, keys, 1))
        wanted = {id for _, id, _ in led if not facts.has(id)}
        fresh = self._dossiers(list(wanted), size)
        for dossier in fresh:
            facts.add(dossier)
        self._check_later([id for _, id, _ in led if not facts.has(id)], size)
        for key, id, kind in led:
            if facts.has(id):  # else it was registered later
                facts.lead(key, kind, id)
        return fresh

    def _referred_to(
        self, facts: LoadedFacts, ids: Sequence[str], size: int | None
    ) -> list[Dossier]:
        """The dossiers to which others refer. Raises: LookupError where one is missing."""
        fresh = self._dossiers([id for id in ids if not facts.has(id)], size)
        for dossier in fresh:
            facts.add(dossier)
        if not all(map(facts.has, ids)):
            raise _lacking()
        return fresh

    def _dossiers(self, ids: list[str], size: int | None) -> list[Dossier]:
        if not ids:
            return []
        if size is None:
            return [decode_dossier(body) for (body,) in self._rows(_NOW, ids, 1)]
        if self._postgresql:
            self._cursor.execute(_THEN_ON_POSTGRESQL, (size, ids, size, size, ids))
            rows = self._cursor.fetchall()
        else:
            rows = self._rows(_THEN.replace("{n}", str(int(size))), ids, 2)
        return [decode_dossier(body) for (body,) in rows]

    def _check_later(self, ids: Sequence[str], size: int) -> None:
        """Whatever a key leads to and was not there yet must have been registered since.

        Raises: LookupError.
        """
        first: dict[str, int] = {}
        for id, since in self._rows(_VERSIONS, ids, 2) if ids else ():
            first[id] = min(since, first.get(id, since))
        if any(first.get(id, -1) < size for id in ids):
            raise _lacking()

    def _rows(self, template: str, values: Sequence[Any], times: int) -> list[Any]:
        if self._postgresql:
            self._cursor.execute(_with_arrays(template), (list(values),) * times)
            return list(self._cursor.fetchall())
        if len(values) <= _FEW:
            found: list[Any] = self._cursor.execute(
                _marked(template, len(values)), [*values] * times
            ).fetchall()
            return found
        found = []
        for start in range(0, len(values), _MOST_MARKS):
            part = _padded(values[start : start + _MOST_MARKS])
            self._cursor.execute(_marked(template, len(part)), part * times)
            found += self._cursor.fetchall()
        return found


def _signed_head(size: int, root: Any, at: int, note: str) -> SignedHead:
    return SignedHead(Head(size, bytes(root), at), note)


def _lacking() -> LookupError:
    return LookupError("the store lacks a dossier that is referred to; run: registry fsck")


def _padded(values: Sequence[Any]) -> list[Any]:
    """As many as a power of four, so that few texts are ever prepared: the last one again and again."""
    width = 1
    while width < len(values):
        width *= 4
    return [*values, *[values[-1]] * (width - len(values))]


@cache
def _with_arrays(template: str) -> str:
    return template.replace("{}", "= ANY(%s)")


@cache
def _marked(template: str, width: int) -> str:
    return template.replace("{}", f"IN ({','.join('?' * width)})")


@cache
def _both_on_sqlite(keys: int, ids: int) -> str:
    return _marked(_KEYS_WITH_DOSSIERS, keys) + _marked(_DOSSIERS_LIKE_THESE, ids)
