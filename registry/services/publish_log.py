"""Publishing the log as plain files: everything since the last time, step by step, each under a checkpoint of its own.

What is broken off goes on at the last step. A copy that is ahead of the store, or of another history, is never written
over: whoever read it would see a log that was cut or forked.
"""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from registry.errors import LogRefuses, VerificationFailed
from registry.services.ledger import Place, entry_of
from registry.services.publish_cosignatures import cosigned_note, witnessed_note
from registry.services.signers import Signers
from registry.signing.keys import KeyPurpose
from registry.signing.note import verify_note, vkey
from registry.storage.log_copy import LogCopy
from registry.storage.log_store import LogStore, SignedHead
from registry.storage.unit_of_work import UnitOfWork
from registry.tlog.bundle import encode_bundle
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.merkle import HASH_SIZE, leaf_hash
from registry.tlog.tile_path import ENTRIES, TILE_HEIGHT, TILE_WIDTH, Tile, tile_width
from registry.tlog.tiles import root_hash
from registry.witness.known import KnownWitness

STEP: Final = 64 * TILE_WIDTH
"""About so many entries are published under one checkpoint, where there are more."""
VKEYS: Final = "vkeys"
WITNESSED: Final = "witnessed"
KEYS: Final = "did.json"

Reading = Callable[[], AbstractContextManager[UnitOfWork]]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Publisher:
    """What is published and with what: read transactions, `release` (a head that may be shown), keys, witnesses."""

    reading: Reading
    release: Callable[[SignedHead], SignedHead]
    signers: Signers
    place: Place
    witnesses: tuple[KnownWitness, ...] = ()
    quorum: int = 0


@dataclass(frozen=True, slots=True)
class Published:
    """The copy now: entries in it, entries that were added, files that were written."""

    origin: str
    size: int
    added: int
    files: int


def publish_log(
    publisher: Publisher,
    copy: LogCopy,
    report: Progress = lambda what, done, of: None,
    step: int = STEP,
) -> Published:
    """Brings the copy up to the log's newest checkpoint.

    Raises: LogRefuses where the copy is ahead of the store or another history, VerificationFailed where what is stored
    contradicts itself, Conflict where another process publishes there, Unavailable, OSError.
    """
    with copy.held():
        with publisher.reading() as uow:
            head = uow.log.head()
            if head is None:
                raise LogRefuses("the log is empty: there is nothing to publish")
            publisher.release(head)
            first = size = _published_size(uow, publisher, copy, head)
        while size < head.head.size:
            with publisher.reading() as uow:
                target = uow.log.checkpoint_from(min(size + step, head.head.size))
                if target is None:
                    raise VerificationFailed(f"the store has no checkpoint over {head.head.size}")
                _put_pieces(uow.log, copy, size, target)
                size = target.head.size
                if size < head.head.size:
                    copy.release(target.note)
            report("entries", size - first, head.head.size - first)
        with publisher.reading() as uow:
            _put_keys(publisher, copy)
            _release(uow, publisher, copy, head)
    return Published(publisher.place.origin, size, size - first, copy.files)


def _published_size(uow: UnitOfWork, publisher: Publisher, copy: LogCopy, head: SignedHead) -> int:
    """How many entries the copy has. Raises: LogRefuses, VerificationFailed."""
    try:
        note = copy.checkpoint()
    except UnicodeDecodeError:
        note = ""
    if note is None:
        return 0
    published = Checkpoint.parse(verify_note(note, _vkeys(publisher)).text)
    if published.size > head.head.size:
        raise LogRefuses(
            f"{copy.folder} has a checkpoint over {published.size} entries, and the store has {head.head.size}: this "
            "store is older than what was published (a restored backup?). Publish to another folder"
        )
    if root_hash(published.size, uow.log) != published.root:
        raise LogRefuses(
            f"the first {published.size} entries in {copy.folder} are not those of this store: one of the two was "
            "changed or forked. Run: registry fsck"
        )
    return published.size


def _put_pieces(log: LogStore, copy: LogCopy, size: int, target: SignedHead) -> None:
    """Every tile and bundle that the log of the target has, and that of `size` has not."""
    end = target.head.size
    if root_hash(end, log) != target.head.root:
        raise VerificationFailed(
            f"the stored tiles do not lead to the root over {end} entries; run: registry fsck"
        )
    for index in range(size // TILE_WIDTH, -(-end // TILE_WIDTH)):
        width = tile_width(ENTRIES, index, end)
        at = index * TILE_WIDTH
        entries = [entry_of(stored).encode() for stored in log.events(at, at + width)]
        hashes = log.read_tile(0, index)[: width * HASH_SIZE]
        if b"".join(map(leaf_hash, entries)) != hashes:
            raise VerificationFailed(
                f"entries {at} to {at + width - 1} are not those under the log's tiles; run: registry fsck"
            )
        copy.put_tile(Tile(ENTRIES, index, width), encode_bundle(entries))
        copy.put_tile(Tile(0, index, width), hashes)
    level = 1
    while filled := end >> (TILE_HEIGHT * level):
        first = (size >> (TILE_HEIGHT * level)) // TILE_WIDTH
        for index in range(first, -(-filled // TILE_WIDTH)):
            width = tile_width(level, index, end)
            hashes = log.read_tile(level, index)[: width * HASH_SIZE]
            copy.put_tile(Tile(level, index, width), hashes)
        level += 1


def _put_keys(publisher: Publisher, copy: LogCopy) -> None:
    """For whoever meets the log here first; whoever pins keys has them from elsewhere."""
    copy.put(VKEYS, "".join(f"{each}\n" for each in _vkeys(publisher)).encode())
    place = publisher.place
    document = publisher.signers.keyring.did_document(place.issuer, place.public_url)
    copy.put(KEYS, json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n")


def _release(uow: UnitOfWork, publisher: Publisher, copy: LogCopy, head: SignedHead) -> None:
    """The newest checkpoint, with its cosignatures; and the newest that a quorum has cosigned, if it is not beyond."""
    note = cosigned_note(uow, head, publisher.witnesses)
    witnessed = witnessed_note(uow, head, publisher.witnesses, publisher.quorum)
    if note != copy.checkpoint():
        copy.release(note)
    if witnessed is not None:
        copy.put(WITNESSED, witnessed.encode())
    copy.settle()


def _vkeys(publisher: Publisher) -> list[str]:
    keys = publisher.signers.keyring.of_purpose(KeyPurpose.LOG)
    return [vkey(publisher.place.origin, key.public.raw) for key in keys]
