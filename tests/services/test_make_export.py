"""Exports by the real services: the same bytes each time, gone on with after a kill, taken by other people's tools."""

import os
import signal
import zipfile
from pathlib import Path
from typing import Any

import bagit
import pytest
from frictionless import Package

from registry.bootstrap import open_registry
from registry.errors import Conflict, InvalidInput, NotFound, RegistryError, VerificationFailed
from registry.instants import rfc3339
from registry.services import write_export as writing
from registry.services.erase import erase
from registry.services.export_scope import scope_of
from registry.services.make_export import ExportPress, make_export
from registry.services.write_export import Format
from registry.storage.tables import events
from tests.conftest import FreshDatabase
from tests.exported import exported, press_of, verified
from tests.registries import DAY, STEWARD, Desk, open_desk, settings_for
from tests.service_histories import lived_in

ALL: tuple[Format, ...] = ("jsonl", "csv", "parquet")


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("lived")
    desk = open_desk(folder, f"sqlite:///{folder / 'registry.sqlite3'}")
    lived_in(desk, 11, 50)
    yield desk
    desk.registry.close()


def test_an_export_holds_on_both_databases(desk: Desk, tmp_path: Path) -> None:
    lived_in(desk, 5, 12)
    made = exported(desk, tmp_path / "export", formats=ALL)
    found = verified(desk, tmp_path / "export", replay=True)
    assert found.holds, found
    assert (found.events, found.rows, found.unsettled) == (made.events, made.rows, [])
    assert found.size == made.size == made.events
    some = exported(desk, tmp_path / "some.zip", rightsholder=[desk.rightsholder("R1")])
    assert 0 < some.rows <= made.rows
    assert verified(desk, tmp_path / "some.zip", replay=True).holds


def test_the_same_export_has_the_same_bytes_also_later_and_as_a_zip(
    tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    desk = open_desk(tmp_path, fresh_database("sqlite"))
    life = lived_in(desk, 7, 30)
    narrow = {"rightsholder": [life.holders[1]]}
    first = exported(desk, tmp_path / "first", formats=ALL)
    exported(desk, tmp_path / "some", **narrow)
    exported(desk, tmp_path / "some.zip", **narrow)
    desk.clock.forward(9 * DAY)
    life.live(25)
    for path, scope in (("again", {}), ("some-again", narrow)):
        made = exported(
            desk,
            tmp_path / path,
            at=str(first.size),
            formats=ALL if path == "again" else ALL[:2],
            **scope,
        )
        assert (made.size, made.at) == (first.size, first.at)
    assert bytes_of(tmp_path / "again") == bytes_of(tmp_path / "first")
    assert bytes_of(tmp_path / "some-again") == bytes_of(tmp_path / "some")
    exported(desk, tmp_path / "again.zip", at=rfc3339(first.at), **narrow)
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "some.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "some.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    (folder,) = (tmp_path / "unpacked").iterdir()
    assert bytes_of(folder) == bytes_of(tmp_path / "some")
    assert verified(desk, tmp_path / "again", replay=True).holds  # statuses as they were then
    newest = exported(desk, tmp_path / "newest")
    assert newest.size > first.size
    assert verified(desk, tmp_path / "newest", heads=[tmp_path / "first"]).holds
    desk.registry.close()


def killed_export(
    desk: Desk,
    target: Path,
    after: int,
    formats: tuple[Format, ...] = ("jsonl", "csv"),
    **scope: Any,
) -> None:
    """A process that exports and kills itself after so many marks, or while it finishes."""
    child = os.fork()
    if child == 0:
        marks = 0

        def report(_what: str, _done: int, _total: int) -> None:
            nonlocal marks
            marks += 1
            if marks == after:
                os.kill(os.getpid(), signal.SIGKILL)

        def signers() -> Any:
            os.kill(os.getpid(), signal.SIGKILL)

        writing.STEP = 7  # type: ignore[misc]
        settings = settings_for(target.parent, desk.registry.settings.database_url)
        registry = open_registry(settings, desk.clock)
        press = ExportPress(registry.reading, registry.released, signers, desk.registry.place)
        make_export(press, target, scope_of(scope), formats=formats, report=report)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)


def test_an_export_that_was_killed_goes_on_and_ends_the_same(lived: Desk, tmp_path: Path) -> None:
    whole = exported(lived, tmp_path / "whole", formats=ALL)
    for after in (1, 3, 99):
        target = tmp_path / f"killed-{after}"
        killed_export(lived, target, after, ALL)
        left = tmp_path / f"killed-{after}.unfinished"
        assert left.is_dir()
        assert not target.exists()
        with (left / "data/log/events.jsonl").open("ab") as torn:
            torn.write(b'{"index": 9')
        made = exported(lived, target, formats=ALL)
        assert made.resumed == (whole.size if after == 99 else 7 * after)
        assert bytes_of(target) == bytes_of(tmp_path / "whole")
        assert not left.exists()


def test_a_scoped_export_that_was_killed_goes_on_too(lived: Desk, tmp_path: Path) -> None:
    scope = {"category": ["search"], "decision": ["deny"]}
    exported(lived, tmp_path / "whole", **scope)
    killed_export(lived, tmp_path / "killed", 2, **scope)
    assert exported(lived, tmp_path / "killed", **scope).resumed == 14
    assert bytes_of(tmp_path / "killed") == bytes_of(tmp_path / "whole")


def test_whoever_is_erased_before_an_export_is_done_is_not_in_it(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, f"sqlite:///{tmp_path / 'registry.sqlite3'}")
    for name in ("First Name", "Second Name"):
        desk.declare(desk.work("isrc:GBAYE0601498", by=name)[0], by=name, search="deny")
    target, registry = tmp_path / "export", desk.registry

    def erased(name: str) -> None:
        holder = desk.names[name]
        erase(registry.writing, registry.import_files, holder, STEWARD, titles=False)

    def everything(folder: Path) -> bytes:
        return b"".join(bytes_of(folder).values())

    killed_export(desk, target, 1)
    left = tmp_path / "export.unfinished"
    assert b"First Name" in everything(left)
    erased("First Name")
    with pytest.raises(Conflict, match="erased while this export was written"):
        make_export(
            press_of(desk),
            target,
            scope_of({}),
            report=lambda what, _done, _total: erased("Second Name") if what == "events" else None,
        )
    assert everything(left) == b""
    assert exported(desk, target).resumed == 0
    assert b" Name" not in everything(target)
    exported(desk, tmp_path / "again")
    assert bytes_of(target) == bytes_of(tmp_path / "again")
    registry.close()


def test_an_unfinished_export_is_gone_on_with_only_by_the_same(lived: Desk, tmp_path: Path) -> None:
    target = tmp_path / "export"
    killed_export(lived, target, 2)
    with pytest.raises(Conflict, match="another scope"):
        exported(lived, target, category=["search"])
    with pytest.raises(Conflict, match="leave --at out"):
        exported(lived, target, at="6")
    assert exported(lived, target).resumed == 14
    with pytest.raises(Conflict, match="exists already"):
        exported(lived, target)


def test_other_peoples_tools_accept_it(lived: Desk, tmp_path: Path) -> None:
    exported(lived, tmp_path / "export", formats=ALL)
    assert bagit.Bag(str(tmp_path / "export")).validate()
    report = Package(str(tmp_path / "export/datapackage.json")).validate()
    assert report.valid, report.flatten(["message"])
    (table,) = [task for task in report.tasks if task.type == "table"]
    assert (table.name, table.stats["rows"]) == (
        "records.csv",
        verified(lived, tmp_path / "export").rows,
    )


@pytest.mark.parametrize(
    ("at", "error", "words"),
    [
        ("3", NotFound, "exactly 3 entries"),
        ("999999", NotFound, "exactly 999999"),
        ("2999-01-01T00:00:00Z", InvalidInput, "the log goes as far as"),
        ("yesterday", InvalidInput, "not a moment"),
    ],
)
def test_a_checkpoint_that_is_none_is_refused(
    lived: Desk, tmp_path: Path, at: str, error: type[RegistryError], words: str
) -> None:
    with pytest.raises(error, match=words):
        exported(lived, tmp_path / "export", at=at)


def test_nothing_is_signed_over_a_store_that_was_changed(
    tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    desk = open_desk(tmp_path, fresh_database("sqlite"))
    desk.declare(desk.work("isrc:GBAYE0601498")[0], generative_training="deny")
    with desk.registry.bookkeeping() as uow:
        uow.connection.execute(
            events.update().where(events.c.seq == 6).values(type="rightsholder.invented")
        )
    with pytest.raises(VerificationFailed, match="nothing was signed"):
        make_export(press_of(desk), tmp_path / "export", scope_of({}))
    assert not (tmp_path / "export").exists()
    assert not (tmp_path / "export.unfinished/export.jws").exists()
    desk.registry.close()


OF_TYPE = events.c.type


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (events.delete().where(events.c.seq == 4), "event 4 is missing"),
        (events.delete().where(OF_TYPE == "declaration.issued"), "is missing"),
        (
            events.update().where(OF_TYPE == "declaration.issued").values(body=b"e30.e30.e30"),
            "cannot be read",
        ),
        (
            events.update().where(OF_TYPE == "work.registered").values(body=b"\xff"),
            "cannot be read",
        ),
    ],
    ids=["gone", "the last gone", "no record", "no text"],
)
def test_what_is_gone_or_unreadable_is_named(
    tmp_path: Path, fresh_database: FreshDatabase, change: Any, words: str
) -> None:
    desk = open_desk(tmp_path, fresh_database("sqlite"))
    desk.declare(desk.work("isrc:GBAYE0601498")[0], generative_training="deny")
    with desk.registry.bookkeeping() as uow:
        uow.connection.execute(change)
    with pytest.raises(VerificationFailed, match=words):
        make_export(press_of(desk), tmp_path / "export", scope_of({}))
    desk.registry.close()
