"""The files of a backup: whole or not there, private, and every changed byte is found."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.errors import Conflict, NotFound, VerificationFailed
from registry.storage.backup_files import (
    FORMAT,
    LogMark,
    Manifest,
    TableFile,
    copy_key_files,
    fresh_folder,
    read_manifest,
    read_rows,
    write_manifest,
    write_rows,
)
from registry.storage.whole_store import Row, Shape

SHAPE = Shape(
    "odds",
    (("a", "integer"), ("b", "text"), ("c", "bytes"), ("d", "real"), ("e", "boolean")),
)
ROWS: list[Row] = [
    (-(2**63), 'a "quoted" line\nand another', b"\x00\xff", 0.1, True),
    (2**63 - 1, "Ünï", b"", -1e300, False),
    (None, None, None, None, None),
]


def manifest(table: TableFile, **more: str) -> Manifest:
    log = LogMark("registry.example/log", 1, b"\x01" * 32, 5, "a note\n")
    members = {"format": FORMAT, "made_at": "now", "program": "0", "database": "x", "revision": "1"}
    return Manifest(**{**members, **more}, log=log, tables=(table,))


@pytest.fixture
def backup(tmp_path: Path) -> tuple[Path, TableFile]:
    folder = tmp_path / "backup"
    with fresh_folder(folder) as draft:
        table = write_rows(draft, SHAPE, [ROWS[:1], ROWS[1:]])
        write_manifest(draft, manifest(table))
    return folder, table


def test_rows_come_back_as_they_went(backup: tuple[Path, TableFile]) -> None:
    folder, table = backup
    assert [row for part in read_rows(folder, table) for row in part] == ROWS
    assert (table.rows, table.bytes) == (3, (folder / "odds.jsonl").stat().st_size)
    assert read_manifest(folder) == manifest(table)


def test_nobody_else_may_read_it(backup: tuple[Path, TableFile]) -> None:
    folder, _ = backup
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}


def test_every_changed_byte_of_every_file_is_found(backup: tuple[Path, TableFile]) -> None:
    folder, table = backup

    def read() -> None:
        list(read_rows(folder, read_manifest(folder).tables[0]))

    read()
    for path in sorted(folder.iterdir()):
        good = path.read_bytes()
        for place in range(len(good)):
            path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
            with pytest.raises((VerificationFailed, NotFound)):
                read()
        path.write_bytes(good[:-1])
        with pytest.raises(VerificationFailed):
            read()
        path.write_bytes(good)
    read()


@pytest.mark.parametrize("name", ["manifest.json", "manifest.json.sha256", "odds.jsonl"])
def test_a_missing_file_is_found(backup: tuple[Path, TableFile], name: str) -> None:
    folder, table = backup
    (folder / name).unlink()
    with pytest.raises((VerificationFailed, NotFound)):
        list(read_rows(folder, read_manifest(folder).tables[0]))


def test_a_manifest_cannot_lead_out_of_its_folder(tmp_path: Path) -> None:
    for name in ("../odds", 'odds"; DROP TABLE events; --', "Odds", ""):
        write_manifest(tmp_path, manifest(TableFile(name, (("a", "integer"),), 0, 0, "")))
        with pytest.raises(VerificationFailed, match="none that this version reads"):
            read_manifest(tmp_path)
        for each in tmp_path.iterdir():
            each.unlink()


def test_a_later_form_is_refused_by_its_name(tmp_path: Path) -> None:
    table = TableFile("odds", (("a", "integer"),), 0, 0, "")
    write_manifest(tmp_path, manifest(table, format="consent-registry-backup/2"))
    with pytest.raises(VerificationFailed, match="consent-registry-backup/2"):
        read_manifest(tmp_path)


def test_what_ends_early_leaves_nothing_and_nothing_is_written_over(tmp_path: Path) -> None:
    def interrupted() -> Iterator[list[Row]]:
        yield ROWS
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), fresh_folder(tmp_path / "backup") as draft:
        write_rows(draft, SHAPE, interrupted())
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "backup").mkdir()
    with pytest.raises(Conflict, match="exists already"), fresh_folder(tmp_path / "backup"):
        pass


def test_while_it_is_written_it_has_another_name_that_says_so(tmp_path: Path) -> None:
    with fresh_folder(tmp_path / "backup") as draft:
        assert draft.name.startswith("backup.incomplete-")
        assert not (tmp_path / "backup").exists()
    assert [each.name for each in tmp_path.iterdir()] == ["backup"]


def test_key_files_are_copied_byte_by_byte_and_never_over_another(tmp_path: Path) -> None:
    source, target = tmp_path / "keys", tmp_path / "copies"
    source.mkdir()
    with pytest.raises(NotFound, match="no key files"):
        copy_key_files(source, target)
    (source / "log-a.pem").write_bytes(b"one")
    assert copy_key_files(source, target) == ["log-a.pem"]
    assert copy_key_files(source, target) == []
    assert (target / "log-a.pem").read_bytes() == b"one"
    assert stat.S_IMODE((target / "log-a.pem").stat().st_mode) == 0o600
    (source / "log-a.pem").write_bytes(b"two")
    with pytest.raises(Conflict, match="is another file"):
        copy_key_files(source, target)
