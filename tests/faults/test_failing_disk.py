"""Each step under the head file fails once, in each way: nothing acknowledged is forgotten, and the log goes on.

After every step the whole world is looked at again: the store by fsck, and the head file as a power cut would leave it.
"""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from registry.errors import LogRefuses, Unavailable
from registry.storage import head_file
from registry.storage.head_file import HeadFile
from tests.faults.failing_disk import FailingDisk, Fails
from tests.registries import Desk, open_desk

pytestmark = pytest.mark.faults

ISRC = "isrc:GBAYE0601498"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(
        tmp_path,
        f"sqlite:///{tmp_path / 'registry.sqlite'}",
        REGISTRY_HEAD_FILE=str(tmp_path / "head" / "log-head"),
    )
    yield opened
    opened.registry.close()


@pytest.fixture
def disk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> FailingDisk:
    """In place from the first line of the file on: what was there before is written anew."""
    path = desk.registry.head_file.path
    put = FailingDisk(path.parent)
    newest = desk.registry.head_file.read()
    assert newest is not None
    path.unlink()
    monkeypatch.setattr(head_file, "os", put)
    desk.registry.head_file.release(newest)
    return put


def whole(desk: Desk, disk: FailingDisk, acknowledged: int) -> None:
    """The store is sound, and a power cut now would forget nothing that was acknowledged (so many entries)."""
    report = desk.fsck()
    assert report.wrong is None
    path = desk.registry.head_file.path
    left = disk.after_a_power_cut(path)
    assert left is not None
    cut = path.with_name("after-the-cut")
    cut.write_bytes(left)
    found = HeadFile(cut).read()
    cut.unlink()
    assert found is not None
    assert found.size >= acknowledged


def size_of(desk: Desk) -> int:
    with desk.registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    return head.head.size


@pytest.mark.parametrize("how", Fails)
@pytest.mark.parametrize("file", ["grows", "begins", "is made small"])
def test_a_step_that_fails_acknowledges_nothing_and_forgets_nothing(
    desk: Desk, disk: FailingDisk, monkeypatch: pytest.MonkeyPatch, how: Fails, file: str
) -> None:
    work, _ = desk.work(ISRC)
    acknowledged, steps = size_of(desk), []
    for number in count(1):
        if file == "begins":
            desk.registry.head_file.path.unlink()
        elif file == "is made small":
            monkeypatch.setattr(head_file, "_COMPACT_BYTES", 0)
        desk.clock.forward(1_000)
        disk.fail(number, how)
        refused = False
        try:
            desk.declare(work, generative_training="deny")
        except Unavailable:
            refused = True
        reached, seen = disk.was_reached, list(disk.seen)
        disk.well()
        if not refused:
            acknowledged = size_of(desk)
            whole(desk, disk, acknowledged)
        if not reached:
            break
        steps.append(f"{seen[number - 1]}{' refused' if refused else ''}")
        answered_after_it(desk)
        acknowledged = size_of(desk)
        whole(desk, disk, acknowledged)
        desk.declare(work, generative_training="deny")
        whole(desk, disk, size_of(desk))
    print(f"\n  {file}, {how}: {', '.join(steps)}")
    assert any(each.endswith("refused") for each in steps)


def answered_after_it(desk: Desk) -> None:
    """What the failed write left in the store may be shown, once it is released: so an answer releases it."""
    with desk.registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    desk.registry.released(head)


def test_while_the_disk_fails_no_answer_is_given_from_what_is_not_released(
    desk: Desk, disk: FailingDisk
) -> None:
    work, _ = desk.work(ISRC)
    desk.clock.forward(1_000)
    disk.fail(2, Fails.AT_ALL)
    with pytest.raises(Unavailable):
        desk.declare(work, generative_training="deny")
    with desk.registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    for _ in range(3):
        disk.fail(2, Fails.AT_ALL)
        with pytest.raises(Unavailable):
            desk.registry.released(head)
    disk.well()
    assert desk.registry.released(head) == head


def test_a_folder_that_cannot_be_written_stops_the_log_until_it_can(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    path = desk.registry.head_file.path
    kept = path.read_bytes()
    path.unlink()
    path.parent.rmdir()
    path.parent.write_text("a file where the folder was")
    with pytest.raises((Unavailable, LogRefuses)):
        desk.declare(work, generative_training="deny")
    path.parent.unlink()
    path.parent.mkdir()
    path.write_bytes(kept)
    desk.clock.forward(1_000)
    desk.declare(work, generative_training="deny")
    assert desk.fsck().wrong is None
