"""Re-verifying the whole store against the log. Names the first row that is wrong, and what it means.

1. the head's checkpoint: signature, origin, and the copy in the second place;
2. every event in order: place, time, entry against the leaf in its tile, signature of records;
3. every tile against the leaves, and the root against the checkpoint;
4. every older checkpoint is a prefix of this log;
5. the projection against one that is folded anew from the events.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Table, select

from registry.errors import RegistryError, VerificationFailed
from registry.services.ledger import Place, entry_of
from registry.services.read_record import RECORD_TYPES
from registry.services.rebuild import rebuild_projection
from registry.services.replay import sequenced
from registry.services.signers import Signers
from registry.signing.credential import open_credential
from registry.signing.keys import KeyPurpose
from registry.signing.note import verify_note, vkey
from registry.storage.engine import open_engine
from registry.storage.head_file import Head
from registry.storage.log_store import SignedHead, StoredEvent
from registry.storage.tables import PROJECTION, checkpoints, metadata
from registry.storage.unit_of_work import UnitOfWork, unit_of_work
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.merkle import leaf_hash
from registry.tlog.tiles import append_leaves, root_hash

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Report:
    """What fsck looked at, and the first thing that is wrong (None: nothing)."""

    events: int = 0
    records: int = 0
    checkpoints: int = 0
    rows: int = 0
    wrong: str | None = None


@dataclass(slots=True)
class _Leaves:
    """The log grown anew from the entries, in memory, to be held against the stored tiles."""

    size: int = 0
    waiting: list[bytes] = field(default_factory=list)
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def read_tile(self, level: int, index: int) -> bytes:
        return self.tiles[level, index]

    def add(self, leaf: bytes) -> None:
        self.waiting.append(leaf)
        if len(self.waiting) == 4096:
            self.settle()

    def settle(self) -> None:
        self.tiles.update(append_leaves(self.size, self.waiting, self))
        self.size += len(self.waiting)
        self.waiting = []


def fsck(
    uow: UnitOfWork,
    signers: Signers,
    place: Place,
    released: Head | None,
    progress: Progress = lambda what, done, total: None,
) -> Report:
    """Checks everything, and stops at the first thing that is wrong."""
    report = Report()
    try:
        head = uow.log.head()
        if head is None:
            if released is not None:
                raise VerificationFailed("the log is empty, but a checkpoint was released")
            return report
        _check_head(uow, signers, place, head, released)
        leaves = _check_events(uow, signers, place, head, report, progress)
        _check_tiles(uow, head, leaves)
        _check_checkpoints(uow, signers, place, leaves, report)
        _check_projection(uow, report, progress)
    except RegistryError as error:
        report.wrong = error.message
    except LookupError as error:
        report.wrong = f"the log refers to what it never made: {error}"
    return report


def _vkeys(signers: Signers, place: Place) -> list[str]:
    return [
        vkey(place.origin, record.public.raw)
        for record in signers.keyring.of_purpose(KeyPurpose.LOG)
    ]


def _check_note(signers: Signers, place: Place, head: SignedHead) -> None:
    verified = verify_note(head.note, _vkeys(signers, place))
    checkpoint = Checkpoint.parse(verified.text)
    if place.origin not in verified.signed_by:
        raise VerificationFailed(f"the checkpoint over {head.head.size} is not signed by this log")
    if (checkpoint.origin, checkpoint.size, checkpoint.root) != (
        place.origin,
        head.head.size,
        head.head.root,
    ):
        raise VerificationFailed(
            f"the checkpoint over {head.head.size} does not say what its row says"
        )


def _check_head(
    uow: UnitOfWork, signers: Signers, place: Place, head: SignedHead, released: Head | None
) -> None:
    _check_note(signers, place, head)
    if released is None:
        return
    if released.size > head.head.size:
        raise VerificationFailed(
            f"a checkpoint over {released.size} was released, but the store has {head.head.size} entries"
        )
    if root_hash(released.size, uow.log) != released.root:
        raise VerificationFailed(
            f"the first {released.size} entries are not those under the checkpoint that was released"
        )


def _check_events(
    uow: UnitOfWork,
    signers: Signers,
    place: Place,
    head: SignedHead,
    report: Report,
    progress: Progress,
) -> _Leaves:
    leaves = _Leaves()
    last_at = -1
    for stored in uow.log.events():
        if stored.seq != report.events:
            raise VerificationFailed(
                f"event {report.events} is missing; the next one is {stored.seq}"
            )
        if stored.at < last_at:
            raise VerificationFailed(f"event {stored.seq} is earlier than the one before it")
        leaf = leaf_hash(entry_of(stored).encode())
        if leaf != _stored_leaf(uow, stored.seq):
            raise VerificationFailed(
                f"event {stored.seq} ({stored.type}, {stored.id}) is not what the log committed to: its id, "
                "type, time or body was changed"
            )
        sequenced(stored)
        if stored.type in RECORD_TYPES:
            _check_record(stored, signers, place)
            report.records += 1
        leaves.add(leaf)
        last_at = stored.at
        report.events += 1
        if report.events % 5000 == 0:
            progress("events", report.events, head.head.size)
    leaves.settle()
    if report.events != head.head.size:
        raise VerificationFailed(
            f"the store has {report.events} events where the checkpoint covers {head.head.size}"
        )
    return leaves


def _stored_leaf(uow: UnitOfWork, seq: int) -> bytes:
    tile = uow.log.read_tile(0, seq // 256)
    return tile[seq % 256 * 32 : seq % 256 * 32 + 32]


def _check_record(stored: StoredEvent, signers: Signers, place: Place) -> None:
    find_key = signers.keyring.finder(place.issuer, KeyPurpose.RECORDS, stored.at)
    try:
        open_credential(stored.body.decode(), find_key)
    except RegistryError as error:
        raise VerificationFailed(
            f"record {stored.id} (event {stored.seq}): {error.message}"
        ) from error


def _check_tiles(uow: UnitOfWork, head: SignedHead, leaves: _Leaves) -> None:
    seen = 0
    for level, index, hashes in uow.log.tiles():
        if leaves.tiles.get((level, index)) != hashes:
            raise VerificationFailed(f"tile {level}/{index} is not made of the log's entries")
        seen += 1
    if seen != len(leaves.tiles):
        raise VerificationFailed(f"{len(leaves.tiles) - seen} tiles are missing")
    if root_hash(head.head.size, leaves) != head.head.root:
        raise VerificationFailed("the root of the events is not the one under the checkpoint")


def _check_checkpoints(
    uow: UnitOfWork, signers: Signers, place: Place, leaves: _Leaves, report: Report
) -> None:
    for row in uow.connection.execute(select(checkpoints).order_by(checkpoints.c.size)):
        head = SignedHead(Head(row.size, row.root, row.at), row.note)
        _check_note(signers, place, head)
        if root_hash(row.size, leaves) != row.root:
            raise VerificationFailed(f"the checkpoint over {row.size} is of another log")
        report.checkpoints += 1


def _check_projection(uow: UnitOfWork, report: Report, progress: Progress) -> None:
    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'projection.sqlite'}", durable=False)
        metadata.create_all(engine, tables=list(PROJECTION))
        with unit_of_work(engine) as fresh:
            rebuild_projection(uow, fresh, lambda done, total: progress("projection", done, total))
            for table in PROJECTION:
                _compare(table, uow.connection, fresh.connection, report)
        engine.dispose()


def _compare(table: Table, stored: Connection, fresh: Connection, report: Report) -> None:
    columns = [column.name for column in table.columns]
    for have, want in _in_step(_rows(table, stored), _rows(table, fresh)):
        if have != want:
            row = dict(zip(columns, have or want or (), strict=True))
            key = {name: row[name] for name in (c.name for c in table.primary_key)}
            shown = ", ".join(
                f"{name}={value.hex() if isinstance(value, bytes) else value}"
                for name, value in key.items()
            )
            what = (
                "is missing"
                if have is None
                else "should not be there"
                if want is None
                else "differs"
            )
            raise VerificationFailed(
                f"{table.name} [{shown}] {what}; the events say otherwise. Run: registry rebuild"
            )
        report.rows += 1


def _rows(table: Table, connection: Connection) -> Iterator[tuple[Any, ...]]:
    """The rows in an order that both databases share: by the bytes of the key, whatever the collation."""
    order = [
        column.collate("C")
        if connection.dialect.name == "postgresql" and column.type.python_type is str
        else column
        for column in table.primary_key
    ]
    result = connection.execution_options(yield_per=2000).execute(select(table).order_by(*order))
    for row in result:
        yield tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)


def _in_step(
    have: Iterator[tuple[Any, ...]], want: Iterator[tuple[Any, ...]]
) -> Iterator[tuple[tuple[Any, ...] | None, tuple[Any, ...] | None]]:
    while True:
        left, right = next(have, None), next(want, None)
        if left is None and right is None:
            return
        yield left, right
