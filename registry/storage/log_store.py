"""The log's rows: events, tiles, checkpoints and the head, which is moved by compare-and-swap."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Connection,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    literal_column,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from registry.domain.event_body import AnyEvent, decode_body
from registry.errors import LogRefuses
from registry.storage.head_file import Head
from registry.storage.prebuilt import Prebuilt
from registry.storage.tables import checkpoints, events, log_head, log_tiles


class StoredEvent(msgspec.Struct, frozen=True, gc=False):
    """An event as stored: `body` is JSON, or the signed record. Where it was erased, `body` is what remains of it, as
    JSON; `erased` is the SHA-256 of what it was, and `erased_by` the log index of the event that says so."""

    seq: int
    id: str
    type: str
    at: int
    body: bytes
    erased: bytes | None = None
    erased_by: int | None = None

    @property
    def digest(self) -> bytes:
        """The SHA-256 to which the log is committed: of the body as it was logged."""
        return sha256(self.body).digest() if self.erased is None else self.erased


class SignedHead(msgspec.Struct, frozen=True, gc=False):
    """The newest checkpoint: its head and its signed note."""

    head: Head
    note: str


# built once: the writer's way is walked for every declaration
# by name: a store of the version before is backed up as well
_HEAD = Prebuilt(
    select(log_head.c.size, log_head.c.root, log_head.c.at, log_head.c.note).where(
        log_head.c.one == literal_column("1")
    )
)
_TILE = Prebuilt(
    select(log_tiles.c.hashes).where(
        log_tiles.c.level == bindparam("level"), log_tiles.c.number == bindparam("number")
    )
)
_LEVELS = 4  # 2³² entries; where a log has more, the rest is read tile by tile
# not an OR, for which SQLite might look through all tiles; without parameters, so that it can be read ahead
_EDGE = Prebuilt(
    union_all(
        *(
            select(log_tiles).join_from(
                log_head,
                log_tiles,
                and_(
                    log_head.c.one == literal_column("1"),
                    log_tiles.c.level == literal_column(str(level)),
                    log_tiles.c.number
                    == log_head.c.size.bitwise_rshift(literal_column(str(8 * (level + 1)))),
                ),
            )
            for level in range(_LEVELS)
        )
    )
)
READ_FIRST = (_HEAD, _EDGE)
"""What whoever adds to the log reads in any case."""
_ADD_EVENTS = Prebuilt(insert(events))
_FIRST_HEAD = insert(log_head)
_MOVE_HEAD = Prebuilt(
    update(log_head)
    .where(
        log_head.c.one == 1,
        log_head.c.size == bindparam("from_size"),
        log_head.c.root == bindparam("from_root"),
    )
    .values(
        {
            **{name: bindparam(name) for name in ("size", "root", "at", "note")},
            # what the projection writes in this transaction has its cards; what others wrote before perhaps not
            "cards_size": case(
                (log_head.c.cards_size == log_head.c.size, bindparam("size", type_=BigInteger)),
                else_=log_head.c.cards_size,
            ),
        }
    )
    .returning(log_head.c.size)
)
_CARDED = update(log_head).values(cards_size=log_head.c.size)
_ADD_CHECKPOINT = Prebuilt(insert(checkpoints))

_ERASE = Prebuilt(
    update(events)
    .where(events.c.seq == bindparam("place"), events.c.erased.is_(None))
    .values(body=bindparam("left"), erased=bindparam("digest"), erased_by=bindparam("by"))
)


def _keep_tiles(dialect: Any) -> Insert:
    statement = dialect.insert(log_tiles)
    kept: Insert = statement.on_conflict_do_update(
        index_elements=["level", "number"], set_={"hashes": statement.excluded.hashes}
    )
    return kept


_KEEP_TILES = {
    "postgresql": Prebuilt(_keep_tiles(postgresql)),
    "sqlite": Prebuilt(_keep_tiles(sqlite)),
}


def _columns(head: Head, note: str) -> dict[str, Any]:
    return {"size": head.size, "root": head.root, "at": head.at, "note": note}


class LogStore:
    """Reads and appends within one transaction; the tiles it gave or took are kept in memory."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._head: SignedHead | None = None

    def head(self) -> SignedHead | None:
        """The newest checkpoint. Read once: a transaction sees one moment, or holds the lock on it."""
        if self._head is None:
            for size, root, at, note in _HEAD.rows(self._connection):
                self._head = SignedHead(Head(size, root, at), note)
        return self._head

    def cards_size(self) -> int:
        """Up to which size of the log every work has its card (docs/adr/0031)."""
        return self._connection.scalar(select(log_head.c.cards_size)) or 0

    def cards_are_whole(self) -> bool:
        """Does every work have its card, as it is now?"""
        head = self.head()
        return head is None or head.head.size == self.cards_size()

    def note_cards(self) -> None:
        """All works have their cards now."""
        self._connection.execute(_CARDED)

    def read_tile(self, level: int, index: int) -> bytes:
        """The hashes of a tile as far as it is filled. Raises: LookupError."""
        if (level, index) not in self._tiles:
            rows = _TILE.rows(self._connection, {"level": level, "number": index})
            if not rows:
                raise LookupError(f"the log has no tile {level}/{index}")
            self._tiles[level, index] = rows[0][0]
        return self._tiles[level, index]

    def read_edge(self) -> None:
        """Reads in one go the tiles with which the log goes on."""
        for level, number, hashes in _EDGE.rows(self._connection):
            self._tiles[level, number] = hashes

    def append(self, stored: list[StoredEvent]) -> None:
        _ADD_EVENTS.run(
            self._connection,
            [
                {
                    "seq": e.seq,
                    "id": e.id,
                    "type": e.type,
                    "at": e.at,
                    "body": e.body,
                    "erased": None,
                    "erased_by": None,
                }
                for e in stored
            ],
        )

    def erase(self, rows: Sequence[StoredEvent]) -> None:
        """Puts what remains in the place of these events' bodies, for good: each with `erased` and `erased_by`."""
        if rows:
            _ERASE.run(
                self._connection,
                [
                    {
                        "place": each.seq,
                        "left": each.body,
                        "digest": each.erased,
                        "by": each.erased_by,
                    }
                    for each in rows
                ],
            )

    def hold(self, tiles: dict[tuple[int, int], bytes]) -> None:
        """From now on these tiles are read, as if `grow` had kept them; so that a root is known first."""
        self._tiles.update(tiles)

    def grow(self, tiles: dict[tuple[int, int], bytes]) -> None:
        """Keeps tiles that are new or have more hashes."""
        self.hold(tiles)
        rows = [{"level": level, "number": i, "hashes": h} for (level, i), h in tiles.items()]
        _KEEP_TILES[self._connection.dialect.name].run(self._connection, rows)

    def keep_checkpoint(self, head: Head, note: str) -> None:
        """Keeps a checkpoint among all that were ever signed."""
        _ADD_CHECKPOINT.run(self._connection, [_columns(head, note)])

    def advance(self, old: Head | None, new: Head, note: str) -> None:
        """Moves the head from `old` to `new`.

        Raises: LogRefuses where it is not at `old`: somebody else sequences too.
        """
        values = _columns(new, note)
        if old is None:
            first = {"one": 1, "cards_size": new.size, **values}
            self._connection.execute(_FIRST_HEAD, first)
        elif not _MOVE_HEAD.rows(
            self._connection, {"from_size": old.size, "from_root": old.root, **values}
        ):
            raise LogRefuses(
                "the log's head moved under this writer; a second sequencer is at work"
            )
        self._head = SignedHead(new, note)

    def checkpoint(self, size: int) -> SignedHead | None:
        """The checkpoint that was signed at exactly this size."""
        row = self._connection.execute(
            select(checkpoints).where(checkpoints.c.size == size)
        ).one_or_none()
        return None if row is None else SignedHead(Head(row.size, row.root, row.at), row.note)

    def checkpoint_from(self, size: int) -> SignedHead | None:
        """The first checkpoint that was signed over so many entries or more."""
        wanted = select(checkpoints).where(checkpoints.c.size >= size)
        row = self._connection.execute(wanted.order_by(checkpoints.c.size).limit(1)).one_or_none()
        return None if row is None else SignedHead(Head(row.size, row.root, row.at), row.note)

    def size_at(self, at: int) -> int:
        """How many events were sequenced by then."""
        newest = self._connection.scalar(
            select(func.max(events.c.seq)).where(
                events.c.at
                == select(func.max(events.c.at)).where(events.c.at <= at).scalar_subquery()
            )
        )
        return 0 if newest is None else int(newest) + 1

    def event(self, id: str) -> StoredEvent | None:
        """The event (or record) with this id."""
        row = self._connection.execute(select(events).where(events.c.id == id)).one_or_none()
        return None if row is None else StoredEvent(*row)

    def event_at(self, seq: int) -> StoredEvent | None:
        """The event with this log index."""
        row = self._connection.execute(select(events).where(events.c.seq == seq)).one_or_none()
        return None if row is None else StoredEvent(*row)

    def last_of_type(self, type: str) -> AnyEvent | None:
        """The newest event of a type, read back from its body (not for signed records). Goes through the log, but for
        `rule-tables.adopted`, which has an index of its own."""
        # in the text, so that the index is found to apply
        named = literal(type, literal_execute=True)
        row = self._connection.execute(
            select(events.c.body)
            .where(events.c.type == named)
            .order_by(events.c.seq.desc())
            .limit(1)
        ).one_or_none()
        return None if row is None else decode_body(row.body)

    def events(self, first: int = 0, last: int | None = None) -> Iterator[StoredEvent]:
        """The events with first ≤ seq < last, in order, read a few thousand at a time."""
        statement = select(events).where(events.c.seq >= first).order_by(events.c.seq)
        if last is not None:
            statement = statement.where(events.c.seq < last)
        # an option of the statement: on the connection it would stay for all that follows
        with self._connection.execute(statement.execution_options(yield_per=2000)) as result:
            for row in result:
                yield StoredEvent(*row)

    def written_with(self, places: Sequence[int]) -> Iterator[StoredEvent]:
        """The events of the transactions that wrote the events with these log indexes (ascending), in order: each has a
        time of its own. Where one transaction goes on in the next part, its events come again."""
        for start in range(0, len(places), 500):
            times = select(events.c.at).where(events.c.seq.in_(places[start : start + 500]))
            statement = select(events).where(events.c.at.in_(times)).order_by(events.c.seq)
            for row in self._connection.execute(statement):
                yield StoredEvent(*row)

    def of_types(self, types: Sequence[str], first: int = 0) -> list[StoredEvent]:
        """The events of these types in order, with first ≤ seq: for kinds of which there are few."""
        statement = select(events).where(events.c.type.in_(types), events.c.seq >= first)
        statement = statement.order_by(events.c.seq)
        return [StoredEvent(*row) for row in self._connection.execute(statement)]

    def tiles(self) -> Iterator[tuple[int, int, bytes]]:
        """Every tile: level, index, hashes."""
        statement = select(log_tiles).order_by(log_tiles.c.level, log_tiles.c.number)
        for row in self._connection.execute(statement):
            yield row.level, row.number, row.hashes
