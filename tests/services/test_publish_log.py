"""The log as files: whole at every step, what is there is not written again, and never another history."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.client.monitor.following import Kept, Log, Round, follow
from registry.errors import Conflict, LogRefuses, VerificationFailed
from registry.services.publish_log import VKEYS, Published, Publisher, publish_log
from registry.storage.log_copy import CHECKPOINT, LogCopy
from tests.client.monitor.copies import URL, run
from tests.registries import Desk

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"])


def publisher(desk: Desk) -> Publisher:
    registry = desk.registry
    return Publisher(registry.reading, registry.released, registry.signers(), registry.place)


def publish(desk: Desk, folder: Path, step: int = 10_000) -> Published:
    return publish_log(publisher(desk), LogCopy(folder), step=step)


def monitored(folder: Path, kept: Kept | None = None) -> Kept:
    """What a monitor makes of the copy; anything wrong fails."""
    vkeys = tuple((folder / VKEYS).read_text().split())
    found: Round = run(follow(Log(URL, vkeys), kept), folder)
    assert found.alarms == ()
    assert found.kept is not None
    return found.kept


def fill(desk: Desk, number: int) -> None:
    with desk.registry.writing() as ledger:
        from registry.services.open_account import register_rightsholder
        from tests.registries import STEWARD

        for each in range(number):
            register_rightsholder(ledger, f"R {each}", STEWARD)


def test_what_is_published_is_the_log_and_grows_with_it(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    first = publish(desk, folder)
    kept = monitored(folder)
    assert first.added == first.size == kept.checkpoint.size
    fill(desk, 260)
    second = publish(desk, folder)
    assert second.added == 260
    kept = monitored(folder, kept)
    assert kept.checkpoint.size == second.size
    assert publish(desk, folder).added == 0
    assert not list((folder / "tile/0").glob("000.p")), "the full tile is in its place"
    assert (folder / "tile/0/000").is_file()
    with desk.registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    assert (folder / CHECKPOINT).read_text() == head.note


@on_sqlite
def test_a_long_log_is_published_in_steps_each_of_which_is_whole(
    desk: Desk, tmp_path: Path
) -> None:
    for _ in range(3):
        fill(desk, 100)
    folder = tmp_path / "copy"
    sizes: list[int] = []

    class Watched(LogCopy):
        def release(self, note: str) -> None:
            super().release(note)
            if (folder / VKEYS).exists() or sizes:
                return
            sizes.append(int(note.split("\n")[1]))
            raise KeyboardInterrupt  # broken off after the first step

    with pytest.raises(KeyboardInterrupt):
        publish_log(publisher(desk), Watched(folder), step=100)
    vkeys = (publish(desk, tmp_path / "other"), (tmp_path / "other" / VKEYS).read_text())[1]
    (folder / VKEYS).write_text(vkeys)
    assert monitored(folder).checkpoint.size == sizes[0] < 300
    done = publish(desk, folder, step=100)
    assert done.added == done.size - sizes[0]
    assert monitored(folder).checkpoint.size == done.size


@on_sqlite
def test_an_older_checkpoint_still_finds_its_files(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    publish(desk, folder)
    before = (folder / CHECKPOINT).read_text()
    fill(desk, 20)
    publish(desk, folder)
    shutil.copytree(folder, tmp_path / "behind")
    (tmp_path / "behind" / CHECKPOINT).write_text(before)
    assert monitored(tmp_path / "behind").note == before


@on_sqlite
def test_a_copy_that_is_ahead_or_of_another_history_is_left_alone(
    desk: Desk, tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    publish(desk, folder)
    checkpoint = folder / CHECKPOINT
    whole = checkpoint.read_text()
    with desk.registry.bookkeeping() as uow:
        head = uow.log.head()
        assert head is not None
        uow.connection.execute(text("UPDATE log_tiles SET hashes = :h"), {"h": bytes(8192)})
    with pytest.raises(LogRefuses, match="not those of this store"):
        publish(desk, folder)
    with pytest.raises(VerificationFailed, match="do not lead to the root"):
        publish(desk, tmp_path / "fresh")
    assert checkpoint.read_text() == whole
    assert not (tmp_path / "fresh" / CHECKPOINT).exists()
    checkpoint.write_text(whole.replace("\n", "x\n", 1))
    with pytest.raises(VerificationFailed):
        publish(desk, folder)


@on_sqlite
def test_an_event_that_was_changed_in_the_store_is_not_published(
    desk: Desk, tmp_path: Path
) -> None:
    desk.work("isrc:GBAYE0600001")
    with desk.registry.bookkeeping() as uow:
        uow.connection.execute(text("UPDATE events SET body = :b WHERE seq = 3"), {"b": b"{}"})
    with pytest.raises(VerificationFailed, match="not those under the log's tiles"):
        publish(desk, tmp_path / "copy")


@on_sqlite
def test_one_publishes_at_a_time(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "copy"

    @contextmanager
    def publishing() -> Iterator[None]:
        with LogCopy(folder).held():
            yield

    with publishing(), pytest.raises(Conflict):
        publish(desk, folder)
    assert publish(desk, folder).added
