"""The whole projection at one moment, part by part: what snapshots are made from. Memory does not grow with it.

Guarantee: everything that one `WholeProjection` gives is of one log prefix. An absence is told only of what was looked
for; a dossier that is referred to and not there raises.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, Engine, Table, bindparam, func, select

from registry.domain.dossiers import Dossier, DossierKind, decode_dossier
from registry.domain.identifiers import Identifier
from registry.errors import TooLarge
from registry.storage.engine import reading
from registry.storage.loaded_facts import LoadedFacts, what_they_refer_to
from registry.storage.log_store import LogStore, SignedHead
from registry.storage.tables import dossiers, holdings, subject_keys

PART: Final = 5_000
"""Keys in memory at once; of dossiers, which may be long, a tenth."""
MOST_BEHIND: Final = 5_000
"""More dossiers than this behind one identifier are too many to look at."""
_AT_ONCE: Final = 500

_DOSSIERS = select(dossiers.c.body).where(dossiers.c.id.in_(bindparam("wanted", expanding=True)))
_KEYS = select(subject_keys).where(subject_keys.c.key.in_(bindparam("wanted", expanding=True)))


class WholeProjection:
    """Keys in ascending order, dossiers in order of id, and what the rules need to answer about one identifier."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def connection(self) -> Connection:
        """For the books that are read at the same moment."""
        return self._connection

    def head(self) -> SignedHead | None:
        """The checkpoint of this moment."""
        return LogStore(self._connection).head()

    def count(self) -> tuple[int, int]:
        """How many rows of keys there are, and how many dossiers."""
        return self._rows_of(subject_keys), self._rows_of(dossiers)

    def lookup_keys(self) -> Iterator[list[bytes]]:
        """The lookup keys of works and locations; one that leads to several stands once or several times."""
        after = b""
        while True:
            rows = self._connection.execute(
                select(subject_keys.c.key)
                .where(subject_keys.c.key > after)
                .order_by(subject_keys.c.key)
                .limit(PART)
            ).scalars()
            part = [bytes(key) for key in rows]
            if not part:
                return
            yield part
            after = part[-1]

    def dossiers(self, *kinds: DossierKind) -> Iterator[tuple[int, list[Dossier]]]:
        """(rows passed, the dossiers of these kinds among them)."""
        after = ""
        while True:
            rows = self._connection.execute(
                select(dossiers.c.id, dossiers.c.kind, dossiers.c.body)
                .where(dossiers.c.id > after)
                .order_by(dossiers.c.id)
                .limit(PART // 10)
            ).all()
            if not rows:
                return
            yield len(rows), [decode_dossier(row.body) for row in rows if row.kind in kinds]
            after = rows[-1].id

    def held_by(self, rightsholder: str) -> Iterator[list[Dossier]]:
        """A rightsholder's own dossier; then those of what they claim, in order of id, part by part."""
        ids, mine = [rightsholder], holdings.c.rightsholder == rightsholder
        while ids:
            bodies = self._connection.execute(_DOSSIERS, {"wanted": ids}).scalars()
            yield [decode_dossier(body) for body in bodies]
            after = "" if ids == [rightsholder] else ids[-1]
            ids = list(
                self._connection.execute(
                    select(holdings.c.id)
                    .where(mine, holdings.c.id > after)
                    .order_by(holdings.c.id)
                    .limit(_AT_ONCE)
                ).scalars()
            )

    def holds_more_than(self, rightsholder: str, number: int) -> bool:
        """Does a rightsholder claim more works and places than so many?"""
        next_one = (
            select(holdings.c.id)
            .where(holdings.c.rightsholder == rightsholder)
            .order_by(holdings.c.id)
            .offset(number)
            .limit(1)
        )
        return self._connection.execute(next_one).first() is not None

    def facts(self, identifier: Identifier) -> LoadedFacts:
        """Everything that the rules can ask about an identifier that is no URL, whoever asks.

        Raises: LookupError where a dossier that is referred to is missing, TooLarge.
        """
        facts = LoadedFacts()
        keys: dict[bytes, None] = {identifier.wide_key: None}
        ids: list[str] = []
        while keys or ids:
            fresh = self._read(facts, list(keys), ids)
            if len(facts) > MOST_BEHIND:
                raise TooLarge("too many works, links and claims lie behind this identifier")
            ids, keys = what_they_refer_to(facts, fresh)
        return facts

    def _read(self, facts: LoadedFacts, keys: list[bytes], ids: Iterable[str]) -> list[Dossier]:
        """One round: where these keys lead, and these dossiers. Returns the dossiers that are new."""
        facts.ask(keys)
        led = [
            (bytes(row.key), row.kind, row.id)
            for start in range(0, len(keys), _AT_ONCE)
            for row in self._connection.execute(_KEYS, {"wanted": keys[start : start + _AT_ONCE]})
        ]
        wanted = [id for id in dict.fromkeys([*ids, *(row[2] for row in led)]) if not facts.has(id)]
        fresh = [
            decode_dossier(body)
            for start in range(0, len(wanted), _AT_ONCE)
            for body in self._connection.execute(
                _DOSSIERS, {"wanted": wanted[start : start + _AT_ONCE]}
            ).scalars()
        ]
        for dossier in fresh:
            facts.add(dossier)
        if not all(map(facts.has, wanted)):
            raise LookupError("the store lacks a dossier that is referred to; run: registry fsck")
        for key, kind, id in led:
            facts.lead(key, kind, id)
        return fresh

    def _rows_of(self, table: Table) -> int:
        return int(self._connection.execute(select(func.count()).select_from(table)).scalar_one())


@contextmanager
def whole_projection(engine: Engine) -> Iterator[WholeProjection]:
    """One moment of the store, held until the block ends. Raises: Unavailable."""
    with reading(engine) as connection:
        yield WholeProjection(connection)
