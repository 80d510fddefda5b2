"""A backup: every table in one moment of the store, as files that either database can be filled from.

Taken in one read transaction, so writers go on meanwhile. Checked from the files alone:
1. the manifest against its own digest, each file against the manifest;
2. the log grown anew from the events: its root is the one under the checkpoint;
3. the checkpoint's signature, by a log key of the backup itself.
So a backup is known to be whole. Who made it is not known from it: keep it where only you can write.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from registry import __version__
from registry.errors import NotFound, RegistryError, VerificationFailed
from registry.instants import rfc3339
from registry.services.fsck import Leaves, check_note
from registry.services.ledger import entry_of
from registry.services.signers import keyring_of
from registry.storage.backup_files import (
    FORMAT,
    LogMark,
    Manifest,
    TableFile,
    fresh_folder,
    read_manifest,
    read_rows,
    write_manifest,
    write_rows,
)
from registry.storage.head_file import Head
from registry.storage.key_table import StoredKey
from registry.storage.log_store import SignedHead, StoredEvent
from registry.storage.migrate import revision_of
from registry.storage.unit_of_work import UnitOfWork
from registry.storage.whole_store import Progress, Row, count_rows, rows_of, shapes
from registry.tlog.merkle import leaf_hash
from registry.tlog.tiles import root_hash

View = Callable[[], AbstractContextManager[UnitOfWork]]


def take_backup(view: View, folder: Path, now: int, progress: Progress) -> Manifest:
    """Writes a backup of the store, as it is in one read transaction, into a new folder, and re-reads it.

    Raises: Conflict where the folder exists, NotFound for a store without a log, Unavailable.
    """
    with fresh_folder(folder) as draft:
        with view() as uow:
            manifest = _write(uow, draft, now, progress)
        check_backup(draft, progress)  # after the transaction: it would keep old pages alive
    return manifest


def _write(uow: UnitOfWork, draft: Path, now: int, progress: Progress) -> Manifest:
    connection = uow.connection
    revision = revision_of(connection)
    head = None if revision is None else uow.log.head()
    if revision is None or head is None:
        raise NotFound("this store has no log yet: there is nothing to back up")
    files = []
    for shape in shapes(connection):
        total = count_rows(connection, shape)
        parts = in_steps(rows_of(connection, shape), shape.name, total, progress)
        files.append(write_rows(draft, shape, parts))
    manifest = Manifest(
        format=FORMAT,
        made_at=rfc3339(now),
        program=__version__,
        database=connection.dialect.name,
        revision=revision,
        log=LogMark(
            origin=head.note.partition("\n")[0],
            size=head.head.size,
            root=head.head.root,
            at=head.head.at,
            checkpoint=head.note,
        ),
        tables=tuple(files),
    )
    write_manifest(draft, manifest)
    return manifest


def check_backup(folder: Path, progress: Progress) -> Manifest:
    """Re-reads a whole backup.

    Raises: NotFound where there is none, VerificationFailed for the first thing that is wrong.
    """
    manifest = read_manifest(folder)
    leaves = Leaves()
    heads: list[dict[str, Any]] = []
    keys: list[dict[str, Any]] = []
    for table in manifest.tables:
        parts = read_rows(folder, table)
        for part in in_steps(parts, f"checking {table.name}", table.rows, progress):
            if table.name == "events":
                for row in part:
                    leaves.add(_leaf(table, row))
            elif table.name == "log_head":
                heads += [_members(table, row) for row in part]
            elif table.name == "signing_keys":
                keys += [_members(table, row) for row in part]
    leaves.settle()
    _check_log(manifest.log, leaves, heads, keys)
    return manifest


def in_steps(
    parts: Iterator[list[Row]], what: str, total: int, progress: Progress
) -> Iterator[list[Row]]:
    """The same parts; says after each how far it is."""
    done = 0
    for part in parts:
        yield part
        done += len(part)
        progress(what, done, total)


def _check_log(
    log: LogMark, leaves: Leaves, heads: list[dict[str, Any]], keys: list[dict[str, Any]]
) -> None:
    if leaves.size != log.size or root_hash(leaves.size, leaves) != log.root:
        raise VerificationFailed(
            f"the backup's {leaves.size} events are not the {log.size} under its checkpoint"
        )
    named = {"size": log.size, "root": log.root, "at": log.at, "note": log.checkpoint}
    if len(heads) != 1 or heads[0] | named != heads[0]:
        raise VerificationFailed("the backup's log head is not the one that its manifest names")
    keyring = keyring_of(StoredKey(**key | {"jwk": json.loads(key["jwk"])}) for key in keys)
    check_note(keyring, log.origin, SignedHead(Head(log.size, log.root, log.at), log.checkpoint))


def _leaf(table: TableFile, row: Row) -> bytes:
    try:
        return leaf_hash(entry_of(StoredEvent(**_members(table, row))).encode())
    except (TypeError, RegistryError) as error:
        raise VerificationFailed(f"an event of the backup cannot be read: {error}") from error


def _members(table: TableFile, row: Row) -> dict[str, Any]:
    return {name: value for (name, _), value in zip(table.columns, row, strict=True)}
