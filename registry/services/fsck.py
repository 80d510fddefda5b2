"""Re-verifying the whole store against the log. Names the first row that is wrong, and what it means.

1. the head's checkpoint: signature, origin, and not behind the copy in the second place;
2. every event in order: place, time, entry against the leaf in its tile, signature of records; what is left of erased
   bodies against the event that erased them;
3. every tile against the leaves, the root against the checkpoint, and both against the second place;
4. one checkpoint a transaction, each over a prefix of this log;
5. the key tables against what the log says of each key;
6. the projection against one that is folded anew from the events;
7. what platforms asked, and who did what, against the hourly roots in the log.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import func, select

from registry.domain.erasure import ErasedBodies
from registry.errors import RegistryError, VerificationFailed
from registry.services.compare_acts import compare_acts
from registry.services.compare_asks import compare_asks
from registry.services.compare_cosignatures import compare_cosignatures
from registry.services.compare_keys import LoggedKeys
from registry.services.compare_projection import compare_projection
from registry.services.ledger import Place, entry_of, holds_record
from registry.services.replay import sequenced
from registry.services.signers import Signers
from registry.signing.credential import open_credential
from registry.signing.declarant import verify_declarant
from registry.signing.keyring import Keyring, verification_method
from registry.signing.keys import KeyPurpose, PublicKey
from registry.signing.note import verify_note, vkey
from registry.storage.head_file import Head
from registry.storage.log_store import SignedHead, StoredEvent
from registry.storage.tables import checkpoints, events
from registry.storage.unit_of_work import UnitOfWork
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.merkle import leaf_hash
from registry.tlog.proof import verify_inclusion
from registry.tlog.tiles import append_leaves, inclusion_proof, root_hash

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Report:
    """What fsck looked at, and the first thing that is wrong (None: nothing). `doubtful`: records signed
    by a key at a time since which it was reported as compromised; expected, and worth a look. `erased`: events of which
    only what the rules need is left, as the log says."""

    events: int = 0
    records: int = 0
    checkpoints: int = 0
    rows: int = 0
    doubtful: int = 0
    erased: int = 0
    wrong: str | None = None


@dataclass(slots=True)
class Leaves:
    """The log grown anew from the entries, in memory, to be held against the stored tiles."""

    size: int = 0
    waiting: list[bytes] = field(default_factory=list)
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def read_tile(self, level: int, index: int) -> bytes:
        return self.tiles[level, index]

    def add(self, leaf: bytes) -> None:
        """One more leaf hash."""
        self.waiting.append(leaf)
        if len(self.waiting) == 4096:
            self.settle()

    def settle(self) -> None:
        """Works in what was added; before that it is not in `size` and `tiles`."""
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
            if released is not None or next(uow.log.events(), None) is not None:
                raise VerificationFailed(
                    "the log has no head, but there are events or a released head"
                )
            return report
        _check_head(signers, place, head, released)
        keys = LoggedKeys()
        leaves = _check_events(uow, signers, place, head, keys, report, progress)
        _check_tiles(uow, head, leaves, released)
        _check_checkpoints(uow, signers, place, head, leaves, report)
        report.rows = keys.compare(uow)
        report.rows += compare_projection(
            uow, lambda done, total: progress("projection", done, total)
        )
        report.rows += compare_acts(uow) + compare_asks(uow) + compare_cosignatures(uow)
    except RegistryError as error:
        report.wrong = error.message
    except LookupError as error:
        report.wrong = f"the log refers to what it never made: {error}"
    except (ValueError, TypeError) as error:
        report.wrong = f"a row cannot be read: {error}"
    return report


def check_note(keyring: Keyring, origin: str, head: SignedHead) -> None:
    """A checkpoint: signed by a key of this log, and of what its row says. Raises: VerificationFailed."""
    vkeys = [vkey(origin, record.public.raw) for record in keyring.of_purpose(KeyPurpose.LOG)]
    try:
        verified = verify_note(head.note, vkeys)
        checkpoint = Checkpoint.parse(verified.text)
    except RegistryError as error:
        raise VerificationFailed(
            f"the checkpoint over {head.head.size}: {error.message}"
        ) from error
    if origin not in verified.signed_by:
        raise VerificationFailed(f"the checkpoint over {head.head.size} is not signed by this log")
    if (checkpoint.origin, checkpoint.size, checkpoint.root) != (
        origin,
        head.head.size,
        head.head.root,
    ):
        raise VerificationFailed(
            f"the checkpoint over {head.head.size} does not say what its row says"
        )


def _check_head(signers: Signers, place: Place, head: SignedHead, released: Head | None) -> None:
    check_note(signers.keyring, place.origin, head)
    if released is not None and released.size > head.head.size:
        raise VerificationFailed(
            f"a checkpoint over {released.size} was released, but the store has {head.head.size} entries"
        )


def _check_events(
    uow: UnitOfWork,
    signers: Signers,
    place: Place,
    head: SignedHead,
    keys: LoggedKeys,
    report: Report,
    progress: Progress,
) -> Leaves:
    leaves, gone = Leaves(), ErasedBodies()
    last_at = -1
    for stored in uow.log.events():
        if stored.seq != report.events:
            raise VerificationFailed(
                f"event {report.events} is missing; the next one is {stored.seq}"
            )
        if stored.at < last_at:
            raise VerificationFailed(f"event {stored.seq} is earlier than the one before it")
        if stored.seq >= head.head.size:
            raise VerificationFailed(
                f"event {stored.seq} should not be there; the checkpoint covers {head.head.size}"
            )
        leaf = _leaf(stored)
        if leaf != _stored_leaf(uow, stored.seq):
            raise _what_was_changed(uow, stored, leaf, head)
        event = sequenced(stored).event
        keys.apply(event, stored.at)
        gone.settle(stored.seq, event)
        if stored.erased is not None:
            gone.note(stored.seq, stored.erased_by, stored.body)
            report.erased += 1
        elif holds_record(stored):
            report.doubtful += _is_doubtful(stored, signers, place)
            report.records += 1
        leaves.add(leaf)
        last_at = stored.at
        report.events += 1
        if report.events % 5000 == 0:
            progress("events", report.events, head.head.size)
    leaves.settle()
    gone.check_settled()
    if report.events != head.head.size:
        raise VerificationFailed(
            f"event {report.events} is missing; the checkpoint covers {head.head.size}"
        )
    return leaves


def _leaf(stored: StoredEvent) -> bytes | None:
    try:
        return leaf_hash(entry_of(stored).encode())
    except RegistryError:  # nothing that could ever be logged
        return None


def _stored_leaf(uow: UnitOfWork, seq: int) -> bytes:
    try:
        tile = uow.log.read_tile(0, seq // 256)
    except LookupError as missing:
        raise VerificationFailed(f"tile 0/{seq // 256} is missing") from missing
    return tile[seq % 256 * 32 : seq % 256 * 32 + 32]


def _what_was_changed(
    uow: UnitOfWork, stored: StoredEvent, leaf: bytes | None, head: SignedHead
) -> VerificationFailed:
    """The event and its tile contradict each other: the one that the checkpoint proves is right."""
    try:
        proof = inclusion_proof(stored.seq, head.head.size, uow.log)
        verify_inclusion(leaf or b"", stored.seq, head.head.size, proof, head.head.root)
    except (RegistryError, LookupError):
        return VerificationFailed(
            f"event {stored.seq} ({stored.type}, {stored.id}) is not what the log committed to: its id, "
            "type, time or body was changed"
        )
    return VerificationFailed(f"tile 0/{stored.seq // 256} is not made of the log's entries")


def _is_doubtful(stored: StoredEvent, signers: Signers, place: Place) -> bool:
    """Checks a record's signature, and the declarant's own. True: they hold, but our key was compromised by then.

    Raises: VerificationFailed.
    """
    jws = stored.body.decode()
    doubtful = False

    def find_key(kid: str) -> PublicKey:
        nonlocal doubtful
        keyring, at = signers.keyring, stored.at
        record = keyring.find(kid.rpartition("#")[2], KeyPurpose.RECORDS)
        doubtful = record.compromised_at is not None and at >= record.compromised_at
        if doubtful and kid == verification_method(place.issuer, record.public.kid):
            return record.public
        return keyring.finder(place.issuer, KeyPurpose.RECORDS, at)(kid)

    try:
        verify_declarant(open_credential(jws, find_key))
    except RegistryError as error:
        raise VerificationFailed(
            f"record {stored.id} (event {stored.seq}): {error.message}"
        ) from error
    return doubtful


def _check_tiles(uow: UnitOfWork, head: SignedHead, leaves: Leaves, released: Head | None) -> None:
    stored = set()
    for level, index, hashes in uow.log.tiles():
        if leaves.tiles.get((level, index)) != hashes:
            raise VerificationFailed(f"tile {level}/{index} is not made of the log's entries")
        stored.add((level, index))
    for level, index in sorted(leaves.tiles.keys() - stored):
        raise VerificationFailed(f"tile {level}/{index} is missing")
    if root_hash(head.head.size, leaves) != head.head.root:
        raise VerificationFailed("the root of the events is not the one under the checkpoint")
    if released is not None and root_hash(released.size, leaves) != released.root:
        raise VerificationFailed(
            f"the first {released.size} entries are not those under the checkpoint that was released"
        )


def _check_checkpoints(
    uow: UnitOfWork,
    signers: Signers,
    place: Place,
    head: SignedHead,
    leaves: Leaves,
    report: Report,
) -> None:
    signed = None
    ends = uow.connection.execute(
        select(func.max(events.c.seq) + 1, events.c.at).group_by(events.c.at).order_by(events.c.at)
    )
    for row in uow.connection.execute(select(checkpoints).order_by(checkpoints.c.size)):
        size, at = next(ends, (head.head.size + 1, None))
        if row.size > size:
            raise VerificationFailed(f"the checkpoint over {size} is missing")
        if row.size < size:
            raise VerificationFailed(f"the checkpoint over {row.size} should not be there")
        if row.at != at:
            raise VerificationFailed(f"the checkpoint over {size} is not of the time of its events")
        signed = SignedHead(Head(row.size, row.root, row.at), row.note)
        check_note(signers.keyring, place.origin, signed)
        if root_hash(row.size, leaves) != row.root:
            raise VerificationFailed(f"the checkpoint over {row.size} is of another log")
        report.checkpoints += 1
    for size, _ in ends:
        raise VerificationFailed(f"the checkpoint over {size} is missing")
    if signed != head:
        raise VerificationFailed(f"the log's head is not the checkpoint over {head.head.size}")
