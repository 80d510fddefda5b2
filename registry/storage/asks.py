"""The questions that platforms asked, in the order in which they were written, and the hourly trees over them.

Guarantee: a row belongs to one hour for good, and never to one that was closed before the row was written. Both are
settled within write transactions, of which there is one at a time.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from registry.instants import HOUR_MS
from registry.storage.ask_tables import ask_roots, ask_tiles, asks
from registry.storage.prebuilt import Prebuilt
from registry.tlog.ask_leaf import SALT_SIZE, AskLeaf
from registry.tlog.tiles import TILE_WIDTH

_A, _R, _T = asks.c, ask_roots.c, ask_tiles.c
_ADD = Prebuilt(insert(asks))
_COLUMNS = ("number", "until", "platform", "at", "question", "answer", "salt")
_AT_ONCE = 64
"""Rows of one statement on SQLite: of each statement the driver lets go of the interpreter, and waits to have it back
from those who answer questions meanwhile."""
_ADD_ON_SQLITE = {
    number: f"INSERT INTO asks ({', '.join(_COLUMNS)}) VALUES "  # noqa: S608
    + ", ".join(["(?, ?, ?, ?, ?, ?, ?)"] * number)
    for number in (1, _AT_ONCE)
}
_NEWEST = Prebuilt(select(func.max(_A.number)))
_CLOSED = Prebuilt(select(func.max(_R.until)))
_CHUNK = 5_000


class Asked(NamedTuple):
    """A question that was answered: whose, when (ms), and the two digests, 32 bytes each."""

    platform: str
    at: int
    question: bytes
    answer: bytes


@dataclass(frozen=True, slots=True)
class AskRow:
    """A question as it is kept: `number` is its id, `until` the end of the hour to which it belongs."""

    number: int
    until: int
    leaf: AskLeaf


@dataclass(frozen=True, slots=True)
class AskRoot:
    """An hour that is closed; `count`, `root` and `seq` are None until the root is in the log."""

    until: int
    since: int
    count: int | None = None
    root: bytes | None = None
    seq: int | None = None
    forgotten_at: int | None = None


class Asks:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, found: Sequence[Asked]) -> None:
        """Writes questions down, each in the hour of its time, or in the first one that is still open."""
        newest = _NEWEST.rows(self._connection)[0][0] or 0
        closed = _CLOSED.rows(self._connection)[0][0]
        first_open = 0 if closed is None else closed + HOUR_MS
        salts = os.urandom(SALT_SIZE * len(found))
        rows = [
            (
                newest + place,
                max(at - at % HOUR_MS + HOUR_MS, first_open),
                platform,
                at,
                question,
                answer,
                salts[SALT_SIZE * (place - 1) : SALT_SIZE * place],
            )
            for place, (platform, at, question, answer) in enumerate(found, 1)
        ]
        if self._connection.dialect.name == "sqlite":
            # rows as tuples: half the time of rows by name
            driver: Any = self._connection.connection
            whole = len(rows) - len(rows) % _AT_ONCE
            parts = (rows[start : start + _AT_ONCE] for start in range(0, whole, _AT_ONCE))
            values = [tuple(chain.from_iterable(part)) for part in parts]
            driver.executemany(_ADD_ON_SQLITE[_AT_ONCE], values)
            driver.executemany(_ADD_ON_SQLITE[1], rows[whole:])
        else:
            _ADD.run(self._connection, [dict(zip(_COLUMNS, row, strict=True)) for row in rows])

    def of(self, platform: str, after: int, limit: int) -> list[AskRow]:
        """A platform's, in the order in which they were written, after this number."""
        rows = self._connection.execute(
            select(asks)
            .where(_A.platform == platform, _A.number > after)
            .order_by(_A.number)
            .limit(limit)
        )
        return [_row(row) for row in rows]

    def find(self, number: int) -> AskRow | None:
        row = self._connection.execute(select(asks).where(_A.number == number)).one_or_none()
        return None if row is None else _row(row)

    def place_of(self, row: AskRow) -> int:
        """How many rows stand before it in its hour."""
        before = select(func.count()).where(_A.until == row.until, _A.number < row.number)
        return int(self._connection.execute(before).scalar_one())

    def leaves(self, until: int) -> Iterator[list[bytes]]:
        """The leaf hashes of an hour in order, some thousands at a time."""
        statement = (
            select(asks)
            .where(_A.until == until)
            .order_by(_A.number)
            .execution_options(yield_per=_CHUNK)
        )
        with self._connection.execute(statement) as result:
            for part in result.partitions():
                yield [_row(row).leaf.hash() for row in part]

    def tiles(self, until: int) -> "HourTiles":
        """The tiles of an hour's tree."""
        return HourTiles(self._connection, until)

    # -- hours --

    def root_of(self, until: int) -> AskRoot | None:
        row = self._connection.execute(select(ask_roots).where(_R.until == until)).one_or_none()
        return None if row is None else AskRoot(**row._mapping)

    def roots(self) -> Iterator[AskRoot]:
        """Every hour that is closed, oldest first."""
        for row in self._connection.execute(select(ask_roots).order_by(_R.until)):
            yield AskRoot(**row._mapping)

    def unfinished(self) -> AskRoot | None:
        """The hour that is closed and whose root is not in the log yet, if there is one."""
        row = self._connection.execute(
            select(ask_roots).where(_R.seq.is_(None)).order_by(_R.until).limit(1)
        ).one_or_none()
        return None if row is None else AskRoot(**row._mapping)

    def first_open(self) -> int | None:
        """The end of the first hour that has rows and is not closed."""
        closed = self.closed_until()
        query = select(func.min(_A.until)).where(_A.until > (0 if closed is None else closed))
        found: int | None = self._connection.execute(query).scalar_one()
        return found

    def unrooted(self) -> tuple[int, int | None]:
        """How many rows wait for their hour's root, and the end of the first such hour (ms; None: there is none)."""
        rooted = select(func.max(_R.until)).where(_R.seq.is_not(None)).scalar_subquery()
        query = select(func.count(), func.min(_A.until)).where(_A.until > func.coalesce(rooted, 0))
        count, first = self._connection.execute(query).one()
        return int(count), first

    def closed_until(self) -> int | None:
        """The end of the last hour that is closed."""
        found: int | None = _CLOSED.rows(self._connection)[0][0]
        return found

    def keep_root(self, root: AskRoot) -> None:
        """Closes an hour; or, made anew from the log, one that was closed with its root."""
        values = {name: getattr(root, name) for name in _R.keys()}  # noqa: SIM118
        self._connection.execute(insert(ask_roots), values)

    def settle(self, until: int, count: int, root: bytes, seq: int) -> None:
        """Notes where in the log an hour's root is."""
        self._connection.execute(
            update(ask_roots).where(_R.until == until).values(count=count, root=root, seq=seq)
        )

    def keep_tiles(self, until: int, tiles: Mapping[tuple[int, int], bytes]) -> None:
        """Keeps the tiles of an hour's tree above its leaves."""
        rows = [
            {"until": until, "level": level, "number": number, "hashes": hashes}
            for (level, number), hashes in tiles.items()
            if level
        ]
        if rows:
            self._connection.execute(insert(ask_tiles), rows)

    def empty_roots(self) -> list[AskRoot]:
        """Takes every root out, to be made anew. Returns what was there."""
        there = list(self.roots())
        self._connection.execute(delete(ask_roots))
        return there

    def forget(self, before: int, now: int) -> int | None:
        """Forgets the rows of the oldest hour that ended by then and is in the log, but never the newest row of all,
        from which the next one is counted. Returns how many; None: there is no such hour."""
        newest = _NEWEST.rows(self._connection)[0][0]
        kept = select(_A.until).where(_A.number == newest).scalar_subquery()
        until = self._connection.execute(
            select(func.min(_R.until)).where(
                _R.until <= before,
                _R.seq.is_not(None),
                _R.forgotten_at.is_(None),
                _R.until != func.coalesce(kept, 0),
            )
        ).scalar_one()
        if until is None:
            return None
        gone = self._connection.execute(delete(asks).where(_A.until == until)).rowcount
        self._connection.execute(delete(ask_tiles).where(_T.until == until))
        self._connection.execute(
            update(ask_roots).where(_R.until == until).values(forgotten_at=now)
        )
        return gone


class HourTiles:
    """The tree of one hour, as a reader of tiles: leaves out of the rows, what is above as it is kept."""

    def __init__(self, connection: Connection, until: int) -> None:
        self._connection = connection
        self._until = until

    def read_tile(self, level: int, index: int) -> bytes:
        """Raises: LookupError."""
        if level:
            found = self._connection.execute(
                select(_T.hashes).where(
                    _T.until == self._until, _T.level == level, _T.number == index
                )
            ).scalar_one_or_none()
            if found is None:
                raise LookupError(f"the hour has no tile {level}/{index}")
            return bytes(found)
        rows = self._connection.execute(
            select(asks)
            .where(_A.until == self._until)
            .order_by(_A.number)
            .limit(TILE_WIDTH)
            .offset(index * TILE_WIDTH)
        )
        return b"".join(_row(row).leaf.hash() for row in rows)


def _row(row: Any) -> AskRow:
    leaf = AskLeaf(row.platform, row.at, bytes(row.question), bytes(row.answer), bytes(row.salt))
    return AskRow(row.number, row.until, leaf)
