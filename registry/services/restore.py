"""Restoring a backup into an empty store, of either kind. It is that of a restart: nothing else is taken over.

What was released since the backup is not in it. The head file tells (`Filled.missing`): then the log signs nothing
until an operator decides (`registry log accept`).
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from registry.services.actor import Actor
from registry.services.backup import check_backup, in_steps
from registry.services.fill_store import (
    Filled,
    Source,
    came_before,
    check_filled,
    fill_store,
    note_arrival,
    verify_again,
)
from registry.services.ledger import Place
from registry.services.signers import KeyFiles
from registry.storage.backup_files import Manifest, read_manifest, read_rows
from registry.storage.head_file import HeadFile
from registry.storage.unit_of_work import unit_of_work
from registry.storage.whole_store import Progress, Row, Shape

RESTORED = "store.restored"


def restore_backup(
    engine: Engine,
    folder: Path,
    *,
    place_of: Callable[[str], Place],
    files: KeyFiles,
    head_file: HeadFile,
    now: int,
    by: Actor,
    progress: Progress,
) -> Filled:
    """Fills the store from a backup. Either all of it is there and verified in the end, or nothing is. Where an
    earlier run of the same was killed when all of it was there, it is verified again.

    Raises: Conflict where the store is not empty, VerificationFailed for a backup that was changed, LogRefuses
    where the released head is of another history, ConfigurationError, NotFound, Unavailable.
    """
    manifest = read_manifest(folder)
    taken = {
        "backup": manifest.made_at,
        "from": manifest.database,
        "root": manifest.log.root.hex(),
        "acts": sum(table.rows for table in manifest.tables if table.name == "audit_events"),
    }
    before = came_before(engine, RESTORED, taken, "REGISTRY_DATABASE_URL")
    manifest = check_backup(folder, progress)
    place_of(manifest.log.origin)  # another registry's backup: better said before the work
    released = head_file.read()
    if before:
        return verify_again(
            engine, place_of=place_of, files=files, now=now, released=released, progress=progress
        )
    source = Source(
        manifest.revision,
        tuple(table.shape for table in manifest.tables),
        partial(_rows, folder, manifest, progress),
    )
    with unit_of_work(engine) as uow:
        rows = fill_store(uow, source, progress)
        report, head = check_filled(
            uow, place_of=place_of, files=files, now=now, released=released, progress=progress
        )
        note_arrival(uow, RESTORED, by, max(now, head.at + 1), taken)
    return Filled(rows, report, head, released)


def _rows(
    folder: Path, manifest: Manifest, progress: Progress, shape: Shape
) -> Iterator[list[Row]]:
    table = next(each for each in manifest.tables if each.name == shape.name)
    return in_steps(read_rows(folder, table), shape.name, table.rows, progress)
