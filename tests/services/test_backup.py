"""A backup is one moment of the store, taken while others write, and checks from its files alone."""

import json
import threading
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from registry.errors import NotFound, VerificationFailed
from registry.services.backup import check_backup, take_backup
from registry.services.open_account import register_rightsholder
from registry.storage.backup_files import (
    Manifest,
    TableFile,
    read_manifest,
    read_rows,
    write_manifest,
    write_rows,
)
from registry.storage.engine import open_engine
from registry.storage.migrate import migrate
from registry.storage.unit_of_work import view
from registry.storage.whole_store import Row
from tests.conftest import FreshDatabase
from tests.faults.processes import wait_until
from tests.registries import STEWARD, Desk
from tests.services.copies import back_up, opened_on, quiet, restored


def rewritten(folder: Path, name: str, change: dict[int, Row]) -> None:
    """A backup in which somebody changed rows of one table, and then every digest."""
    manifest = read_manifest(folder)
    tables = []
    for table in manifest.tables:
        rows = [row for part in read_rows(folder, table) for row in part]
        if table.name == name:
            rows = [change.get(index, row) for index, row in enumerate(rows)]
            (folder / table.file).unlink()
            tables.append(write_rows(folder, table.shape, [rows]))
        else:
            tables.append(table)
    _replace_manifest(folder, manifest, tables)


def _replace_manifest(folder: Path, manifest: Manifest, tables: list[TableFile]) -> None:
    for each in ("manifest.json", "manifest.json.sha256"):
        (folder / each).unlink()
    members = {name: getattr(manifest, name) for name in manifest.__struct_fields__}
    write_manifest(folder, Manifest(**{**members, "tables": tuple(tables)}))


def test_a_backup_says_what_it_is_of(desk: Desk, tmp_path: Path) -> None:
    desk.work("isrc:GBAYE0601498")
    made = back_up(desk, tmp_path / "backup")
    with desk.registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    assert (made.log.size, made.log.root, made.log.checkpoint) == (
        head.head.size,
        head.head.root,
        head.note,
    )
    assert made.log.origin == "registry.example/log"
    assert {each.name: each.rows for each in made.tables}["events"] == head.head.size
    assert check_backup(tmp_path / "backup", quiet) == made
    described = json.loads((tmp_path / "backup" / "manifest.json").read_text())
    assert described["log"]["size"] == head.head.size


def test_a_backup_while_others_write_restores_whole_with_every_write_up_to_its_head(
    desk: Desk, tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    acknowledged: list[tuple[int, str]] = []
    enough, failed = threading.Event(), []
    one_more = threading.Semaphore(0)

    def write() -> None:
        try:
            for number in count():
                with desk.registry.writing() as ledger:
                    seq = ledger.next_seq
                    id = register_rightsholder(ledger, f"R{number}", STEWARD)
                acknowledged.append((seq, id))
                one_more.release()
                if enough.is_set():
                    return
        except Exception as error:
            failed.append(error)

    def not_before_another_is_written(*_: object) -> None:
        wait_until(lambda: bool(failed) or len(acknowledged) > known, "a write beside the backup")

    known = 0
    writer = threading.Thread(target=write)
    writer.start()
    taken: list[tuple[int, Manifest, int]] = []
    try:
        for number in range(3):
            for _ in range(5):
                assert one_more.acquire(timeout=60), failed
            known = len(acknowledged)
            made = back_up(desk, tmp_path / f"backup-{number}", not_before_another_is_written)
            taken.append((known, made, len(acknowledged)))
    finally:
        enough.set()
        writer.join()
    assert failed == []
    assert all(after > before for before, _, after in taken), "nobody wrote meanwhile"
    for number, (known, made, _) in enumerate(taken):
        # what was acknowledged before the backup began is in it
        assert all(seq < made.log.size for seq, _ in acknowledged[:known])
        for kind in ("sqlite", "postgresql"):
            url = fresh_database(kind)
            filled = restored(desk, tmp_path / f"backup-{number}", url)
            assert filled.head.size == made.log.size
            with opened_on(desk, url) as copy, copy.registry.reading() as uow:
                there = {event.seq: event for event in uow.log.events()}
                for seq, id in acknowledged:
                    if seq < made.log.size:
                        assert id in there[seq].body.decode()


def test_a_changed_event_is_found_though_every_digest_was_made_anew(
    desk: Desk, tmp_path: Path
) -> None:
    desk.rightsholder()
    back_up(desk, tmp_path / "backup")
    events = next(t for t in read_manifest(tmp_path / "backup").tables if t.name == "events")
    last = [row for part in read_rows(tmp_path / "backup", events) for row in part][-1]
    changed = tuple(v.replace(b"R1", b"R2") if isinstance(v, bytes) else v for v in last)
    assert changed != last
    rewritten(tmp_path / "backup", "events", {events.rows - 1: changed})
    with pytest.raises(VerificationFailed, match=r"not the .* under its checkpoint"):
        check_backup(tmp_path / "backup", quiet)


def test_a_head_of_another_log_is_found(desk: Desk, tmp_path: Path) -> None:
    back_up(desk, tmp_path / "backup")
    rewritten(tmp_path / "backup", "log_head", {0: (1, 99, b"\x00" * 32, 5, "a note", 99)})
    with pytest.raises(VerificationFailed, match="log head is not the one"):
        check_backup(tmp_path / "backup", quiet)


def test_a_checkpoint_that_no_key_of_the_backup_signed_is_found(desk: Desk, tmp_path: Path) -> None:
    back_up(desk, tmp_path / "backup")
    manifest = read_manifest(tmp_path / "backup")
    keys = next(t for t in manifest.tables if t.name == "signing_keys")
    rows = [row for part in read_rows(tmp_path / "backup", keys) for row in part]
    (place,) = [index for index, row in enumerate(rows) if "log" in row]
    (tmp_path / "backup" / keys.file).unlink()
    without = write_rows(tmp_path / "backup", keys.shape, [rows[:place] + rows[place + 1 :]])
    tables = [without if t.name == keys.name else t for t in manifest.tables]
    _replace_manifest(tmp_path / "backup", manifest, tables)
    with pytest.raises(VerificationFailed, match="the checkpoint over"):
        check_backup(tmp_path / "backup", quiet)


def test_an_interrupted_backup_leaves_nothing(desk: Desk, tmp_path: Path) -> None:
    def interrupt(what: str, _done: int, _total: int) -> None:
        if what == "events":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(desk, tmp_path / "copies" / "backup", interrupt)
    assert list((tmp_path / "copies").iterdir()) == []


def test_a_store_without_a_log_is_not_backed_up(database_url: str, tmp_path: Path) -> None:
    engine = open_engine(database_url)
    for _ in range(2):
        with pytest.raises(NotFound, match="nothing to back up"):
            take_backup(partial(view, engine), tmp_path / "backup", 0, quiet)
        migrate(engine)
    engine.dispose()
    assert not (tmp_path / "backup").exists()
