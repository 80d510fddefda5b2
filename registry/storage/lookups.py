"""The read path of questions: one short transaction on a kept connection, few statements, all prebuilt.

Guarantee: everything that one `LookupTransaction` gives is of one log prefix; if the store is away, or a row that
is referred to is missing, it raises, and never gives an absence. Statements go to the driver as constant text
(`lookup_statements`).
"""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain
from typing import Any

from sqlalchemy import Engine

from registry.domain.dossiers import Dossier, decode_dossier
from registry.domain.identifiers import Identifier
from registry.errors import TooLarge
from registry.storage.at_hand import AtHand, Changes, Shelf, State
from registry.storage.loaded_facts import LoadedFacts, keys_of, what_they_refer_to
from registry.storage.log_store import SignedHead
from registry.storage.lookup_statements import (
    CHANGED_SINCE,
    FEW,
    HEAD,
    KEYS,
    MOST_CHANGED,
    MOST_MARKS,
    NOW,
    ON_POSTGRESQL,
    ON_SQLITE,
    QUERY_KEY,
    ROOT_AT,
    SIGNER_OF,
    SMALL_ROUNDS,
    TEST_KEY,
    THEN,
    THEN_ON_POSTGRESQL,
    VERSIONS,
    padded,
    with_arrays,
    with_marks,
)
from registry.storage.moments import Moment, Moments
from registry.storage.standpoint import Signer, Standpoint

MOST_DOSSIERS = 50_000
"""More than this behind one request is refused, so that nobody can make one answer cost a minute."""


class Lookups:
    """Hands out read transactions on connections that are kept."""

    def __init__(self, engine: Engine) -> None:
        self._moments = moments = Moments(engine)
        self.over_a_socket = moments.postgresql
        """Does each statement wait for another process?"""
        self._look = partial(LookupTransaction, postgresql=moments.postgresql, at_hand=AtHand())

    def transaction(self) -> "Moment[LookupTransaction]":
        """One moment of the store, for the time of a block (`with`).

        Raises: Unavailable where the store is away or breaks off.
        """
        return Moment(self._moments, self._look)

    def close(self) -> None:
        """Closes every connection."""
        self._moments.close()


class LookupTransaction:
    """What the rules may look at within one transaction."""

    def __init__(self, cursor: Any, postgresql: bool, at_hand: AtHand) -> None:
        self._cursor = cursor
        self.postgresql = postgresql
        self._at_hand = at_hand
        self._mark = "%s" if postgresql else "?"
        self._head: SignedHead | None = None
        self._state: State | None = None
        self._cards_hold = False
        self._signer: Dossier | None = None

    def head(self) -> SignedHead | None:
        """The newest checkpoint."""
        if self._head is None:
            self._cursor.execute(HEAD)
            row = self._cursor.fetchone()
            if row is not None:
                self._stand(Standpoint(*row))
        return self._head

    def _stand(self, at: Standpoint) -> None:
        self._head, self._state, self._cards_hold = at.head, at.state, at.cards_hold

    def shelf(self) -> Shelf | None:
        """What is kept for the log's newest state; None where there is none."""
        self.head()
        return None if self._state is None else self._at_hand.at(self._state, self.changes_since)

    def changes_since(self, old: State) -> Changes | None:
        """The rightsholders and locations that the log has changed since it stood there; None where it never did, or
        for very many."""
        self._cursor.execute(ROOT_AT[self._mark], (old.size,))
        row = self._cursor.fetchone()
        if row is None or bytes(row[0]) != old.root:
            return None
        self._cursor.execute(CHANGED_SINCE[self._mark], (old.size,))
        changed = self._cursor.fetchall()
        if len(changed) > MOST_CHANGED:
            return None
        ids = frozenset([id for id, _ in changed])
        return Changes(ids, any(kind == "location" for _, kind in changed))

    @property
    def cards_hold(self) -> bool:
        """Does every work have its card, as it is now? Not, where an older program wrote since they were made."""
        self.head()
        return self._cards_hold

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
            self._cursor.execute(SIGNER_OF[self._mark], (kid,))
            row = self._cursor.fetchone()
            if row is None:
                return None
            signer = self._cursor.unchanged[kid] = Signer(*row)
        if signer.standpoint is not None:
            self._stand(signer.standpoint)
        self._signer = signer.dossier
        found: tuple[str, str, int | None] = signer.key
        return found

    def platform_of_test_key(self, kid: str) -> tuple[str, str, int | None] | None:
        """(platform, JWK as JSON, revoked at) of a key that the sandbox alone answers."""
        self._cursor.execute(TEST_KEY + self._mark, (kid,))
        row = self._cursor.fetchone()
        return None if row is None else (row[0], row[1], row[2])

    def platform_of_query_key(self, digest: bytes) -> tuple[str, int | None] | None:
        """(platform, revoked at) of a plain key, by the SHA-256 of its secret."""
        self._cursor.execute(QUERY_KEY + self._mark, (digest,))
        row = self._cursor.fetchone()
        return None if row is None else (row[0], row[1])

    def is_asked_by(self, asker: str | None) -> bool:
        """Is this the platform of the key that was looked at, or nobody?"""
        return asker is None or (self._signer is not None and self._signer.id == asker)

    def facts(
        self, identifiers: Iterable[Identifier], asker: str | None, *, size: int | None = None
    ) -> LoadedFacts:
        """Everything that the rules can ask about these identifiers, at the log's newest state, or as
        of the first `size` events.

        Raises: LookupError where a dossier that is referred to is missing, TooLarge.
        """
        facts = LoadedFacts()
        works, places = keys_of(identifiers)
        if asker is not None:
            self._read_asker(facts, asker, size)
        shelf = None
        if size is None:
            shelf = self.shelf() or Shelf(None)
        ids: list[str] = []
        while works or places or ids:
            facts.ask([*works, *places])
            if shelf is not None:
                fresh, away, missing = facts.take(shelf, places, ids)
                if works or away or missing:
                    fresh += self._read(facts, list(works), away, missing, shelf)
            else:
                assert size is not None
                led = self._led_then(facts, [*works, *places], size)
                fresh = led + self._referred_to(facts, ids, size)
            if len(facts) > MOST_DOSSIERS:
                raise TooLarge(
                    "too many works, links and claims lie behind this question; ask for fewer items"
                )
            works = {}
            ids, places = what_they_refer_to(facts, fresh)
        return facts

    def _read_asker(self, facts: LoadedFacts, asker: str, size: int | None) -> None:
        """A platform that is not there (yet) stays away: the rules know what that means."""
        if size is None and self._signer is not None and self.is_asked_by(asker):
            facts.add(self._signer)
        else:
            for dossier in self._dossiers([asker], size):
                facts.add(dossier)

    def _read(
        self,
        facts: LoadedFacts,
        works: list[bytes],
        places: list[bytes],
        ids: list[str],
        shelf: Shelf,
    ) -> list[Dossier]:
        """One round: where the keys of works and of locations lead, and these dossiers. Returns the dossiers that are
        new, and lays on the shelf what the next may need. Raises: LookupError where one is missing."""
        small = not ids and len(works) + len(places) <= FEW
        if small and not self.postgresql:
            statement = SMALL_ROUNDS[len(works), len(places)]
            rows = self._cursor.execute(statement, works + places).fetchall()
        else:
            templates = ON_POSTGRESQL[small] if self.postgresql else ON_SQLITE
            parts = zip(templates, (works, places, ids), strict=True)
            rows = self.round([part for part in parts if part[1]])
        known = facts.dossiers
        fresh: list[Dossier] = []
        for key, id, kind, body, holder in rows:
            if id not in known:
                if body is None:
                    raise lacking()
                dossier = decode_dossier(body)
                known[dossier.id] = dossier
                fresh.append(dossier)
                shelf.keep(dossier, len(body))
                if holder is not None and dossier.claims[0].rightsholder not in known:  # type: ignore[union-attr]
                    rightsholder = decode_dossier(holder)
                    facts.add(rightsholder)
                    shelf.keep(rightsholder, len(holder))
            if key is not None:
                facts.lead(key, kind, id)
        if ids and not all(map(facts.has, ids)):
            raise lacking()
        for key in places:
            shelf.keep_place(key, facts.meeting(key))
        return fresh

    def round(self, parts: list[tuple[str, Any]]) -> list[Any]:
        """The rows of these parts (template, values), in one statement, or in few where one would be too long."""
        templates = tuple([template for template, _ in parts])
        if self.postgresql:  # where the way to the store costs more than the store
            values = [values for _, values in parts]
        elif max([len(values) for _, values in parts]) > MOST_MARKS:
            return [row for template, values in parts for row in self.rows(template, values, 1)]
        else:
            widened = [padded(values) for _, values in parts]
            statement = with_marks(templates, tuple([len(values) for values in widened]))
            values = widened[0] if len(widened) == 1 else list(chain.from_iterable(widened))
            found: list[Any] = self._cursor.execute(statement, values).fetchall()
            return found
        self._cursor.execute(with_arrays(templates), values)
        return list(self._cursor.fetchall())

    def _led_then(self, facts: LoadedFacts, keys: list[bytes], size: int) -> list[Dossier]:
        """Where keys led as of a size of the log."""
        if not keys:
            return []
        led = list(self.rows(KEYS, keys, 1))
        wanted = {id for _, id, _ in led if not facts.has(id)}
        fresh = self._dossiers(list(wanted), size)
        for dossier in fresh:
            facts.add(dossier)
        self._check_later([id for _, id, _ in led if not facts.has(id)], size)
        for key, id, kind in led:
            if facts.has(id):  # else it was registered later
                facts.lead(key, kind, id)
        return fresh

    def _referred_to(self, facts: LoadedFacts, ids: Sequence[str], size: int) -> list[Dossier]:
        """The dossiers to which others refer. Raises: LookupError where one is missing."""
        fresh = self._dossiers([id for id in ids if not facts.has(id)], size)
        for dossier in fresh:
            facts.add(dossier)
        if not all(map(facts.has, ids)):
            raise lacking()
        return fresh

    def _dossiers(self, ids: list[str], size: int | None) -> list[Dossier]:
        if not ids:
            return []
        if size is None:
            return [decode_dossier(body) for (body,) in self.rows(NOW, ids, 1)]
        if self.postgresql:
            self._cursor.execute(THEN_ON_POSTGRESQL, (size, ids, size, size, ids))
            rows = self._cursor.fetchall()
        else:
            rows = self.rows(THEN.replace("{n}", str(int(size))), ids, 2)
        return [decode_dossier(body) for (body,) in rows]

    def _check_later(self, ids: Sequence[str], size: int) -> None:
        """Whatever a key leads to and was not there yet must have been registered since. Raises: LookupError."""
        first: dict[str, int] = {}
        for id, since in self.rows(VERSIONS, ids, 2) if ids else ():
            first[id] = min(since, first.get(id, since))
        if any(first.get(id, -1) < size for id in ids):
            raise lacking()

    def rows(self, template: str, values: Sequence[Any], times: int = 1) -> list[Any]:
        """What this template of `lookup_statements` gives for these values."""
        if self.postgresql:
            self._cursor.execute(with_arrays((template,)), (list(values),) * times)
            return list(self._cursor.fetchall())
        found: list[Any] = []
        for start in range(0, len(values), MOST_MARKS):
            part = padded(values[start : start + MOST_MARKS])
            self._cursor.execute(with_marks((template,), (len(part),)), part * times)
            found += self._cursor.fetchall()
        return found


def lacking() -> LookupError:
    return LookupError("the store lacks a dossier that is referred to; run: registry fsck")
