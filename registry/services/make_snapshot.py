"""Making a snapshot: what is registered and what is opted out, as signed files (docs/formats.md, "Snapshot").

1. within one read transaction: every key, and those that stand open, usage by usage;
2. the checkpoint of that moment is released, as before every answer;
3. lists, filters and deltas are written in a folder of their own;
4. the manifest over them is signed, and all of it moved to its place; what nobody may use any more is forgotten.
It can be broken off at any time, and leaves nothing behind.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from registry.errors import Unavailable, VerificationFailed
from registry.instants import HOUR_MS, Clock
from registry.screening.manifest import (
    Manifest,
    decode_manifest,
    own_versions,
    sign_manifest,
)
from registry.services.gather_keys import Gathered, Progress, gather_keys
from registry.services.ledger import Place
from registry.services.signers import Signers
from registry.services.write_snapshot import Before, read_before, write_lists, write_sets
from registry.signing import base64url
from registry.signing.keyring import verification_method
from registry.signing.keys import KeyPurpose
from registry.storage.log_store import SignedHead
from registry.storage.snapshots import SnapshotFiles
from registry.storage.whole_projection import WholeProjection

LINGER_MS = HOUR_MS
"""How long the files of a snapshot that is over stay, for whoever is still fetching them."""


@dataclass(frozen=True, slots=True)
class SnapshotPress:
    """What it takes to make snapshots. `release` gives a checkpoint out, or refuses; `validity` in ms."""

    files: SnapshotFiles
    projection: Callable[[], AbstractContextManager[WholeProjection]]
    release: Callable[[SignedHead], SignedHead]
    signers: Callable[[], Signers]
    place: Place
    clock: Clock
    validity: int


def make_snapshot(
    press: SnapshotPress, progress: Progress = lambda _what, _done, _total: None
) -> Manifest:
    """Makes a snapshot of this moment and publishes it.

    Raises: Conflict where another process is making one, Unavailable, LogRefuses.
    """
    with press.files.making() as folder:
        with press.projection() as store:
            gathered = gather_keys(store, press.clock(), press.validity, progress)
        press.release(gathered.head)
        newest = newest_manifest(press.files)
        before = None if newest is None else read_before(press.files, newest)
        manifest = _write(press.place, gathered, before, folder, progress)
        if press.clock() >= manifest.valid_until:
            raise Unavailable(
                "making the snapshot took longer than it would have counted; raise "
                "REGISTRY_SNAPSHOT_VALIDITY_SECONDS"
            )
        signer = press.signers()[KeyPurpose.ANSWERS]
        kid = verification_method(press.place.issuer, signer.kid)
        press.files.publish(manifest.size, folder, sign_manifest(manifest, signer, kid))
        forget_old(press.files, press.clock())
    return manifest


def newest_manifest(files: SnapshotFiles) -> Manifest | None:
    """The manifest of the newest snapshot, as this registry wrote it; None where there is none that can be read."""
    sizes = files.sizes()
    return None if not sizes else stored_manifest(files, sizes[-1])


def stored_manifest(files: SnapshotFiles, size: int) -> Manifest | None:
    """A manifest as this registry wrote it; None where it cannot be read (any more)."""
    try:
        return decode_manifest(base64url.decode(files.manifest(size).split(".")[1], "manifest"))
    except (VerificationFailed, IndexError):
        return None


def forget_old(files: SnapshotFiles, now: int) -> None:
    """Removes snapshots that are over, but never the newest one."""
    for size in files.sizes()[:-1]:
        manifest = stored_manifest(files, size)
        if manifest is None or manifest.valid_until + LINGER_MS <= now:
            files.forget(size)


def _write(
    place: Place, gathered: Gathered, before: Before | None, folder: Path, progress: Progress
) -> Manifest:
    head, contents = gathered.head.head, gathered.contents
    if before is not None and before.manifest.size > head.size:
        before = None  # the store was set back: nothing leads from there to here
    again = None
    if before is not None and (before.manifest.size, before.contents) == (head.size, contents):
        again, before = before.manifest, None  # the same, good for longer
    sets = write_sets(folder, contents, before, progress)
    previous = None if before is None else before.manifest.size
    if again is not None:  # it follows on what that one followed on
        sets = {name: replace(each, delta=again.sets[name].delta) for name, each in sets.items()}
        previous = again.previous
    return Manifest(
        issuer=place.issuer,
        checkpoint=gathered.head.note,
        origin=place.origin,
        size=head.size,
        made_at=gathered.at,
        valid_until=gathered.until,
        versions=own_versions(),
        sets=sets,
        lists=write_lists(folder, contents),
        previous=previous,
    )
