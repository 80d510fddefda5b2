"""Snapshots as files: whole or not there at all, and only what they name is given out."""

from pathlib import Path

import pytest

from registry.errors import Conflict, NotFound, Unavailable
from registry.storage.snapshots import SnapshotFiles

NAME = "registered.0123456789abcdef.filter"
OTHER = "registered.fedcba9876543210.keys"


@pytest.fixture
def files(tmp_path: Path) -> SnapshotFiles:
    return SnapshotFiles(tmp_path / "snapshots")


def publish(files: SnapshotFiles, size: int, manifest: str = "signed", body: bytes = b"x") -> None:
    with files.making() as folder:
        (folder / NAME).write_bytes(body)
        files.publish(size, folder, manifest)


def test_what_was_published_can_be_had(files: SnapshotFiles) -> None:
    assert files.sizes() == []
    publish(files, 12)
    publish(files, 9)
    assert files.sizes() == [9, 12]
    assert files.manifest(12) == "signed"
    assert files.file(12, NAME).read_bytes() == b"x"


def test_one_of_the_same_size_is_replaced(files: SnapshotFiles) -> None:
    publish(files, 12)
    publish(files, 12, "signed anew")
    assert files.manifest(12) == "signed anew"


def test_what_is_broken_off_leaves_nothing(files: SnapshotFiles) -> None:
    publish(files, 9)

    def make_half() -> None:
        with files.making() as folder:
            (folder / NAME).write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_half()
    assert files.sizes() == [9]
    assert sorted(path.name for path in files.folder.iterdir()) == [".lock", "9"]


def test_what_a_killed_process_left_is_cleared_away_and_was_never_shown(
    files: SnapshotFiles,
) -> None:
    left = files.folder / ".making"
    left.mkdir(parents=True)
    (left / NAME).write_bytes(b"half")
    unfinished = files.folder / "10"
    unfinished.mkdir()
    (unfinished / NAME).write_bytes(b"x")  # killed before the manifest was in its place
    assert files.sizes() == []
    with pytest.raises(NotFound):
        files.manifest(10)
    with files.making() as folder:
        assert list(folder.iterdir()) == []
        assert not unfinished.exists()
    publish(files, 10)
    assert files.sizes() == [10]


class KilledError(BaseException):
    """As if the process had ended there: nothing is cleared away."""


def publish_and_die_at(step: int, files: SnapshotFiles, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Publishes, unless killed at this step of making things durable. Returns whether it was killed."""
    left = step

    def sync_or_die(_path: Path) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr("registry.storage.snapshots._sync", sync_or_die)
        patched.setattr("registry.storage.snapshots.shutil.rmtree", lambda *_, **__: None)
        try:
            with files.making() as folder:
                for name in (NAME, OTHER):
                    (folder / name).write_bytes(b"newer")
                files.publish(10, folder, "newer")
        except KilledError:
            return True
    return False


def test_killed_at_any_step_of_publishing_a_manifest_still_names_only_whole_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, killed = 0, True
    while killed:
        files = SnapshotFiles(tmp_path / str(step))
        publish(files, 9)
        killed = publish_and_die_at(step, files, monkeypatch)
        assert files.sizes()[0] == 9
        if 10 in files.sizes():
            assert files.manifest(10) == "newer"
            assert {files.file(10, name).read_bytes() for name in (NAME, OTHER)} == {b"newer"}
        else:
            assert killed
        publish(files, 11)
        assert files.sizes()[-1] == 11
        step += 1
    assert step > 5


def test_two_do_not_make_one_at_once(files: SnapshotFiles) -> None:
    with files.making(), pytest.raises(Conflict, match="another process"), files.making():
        pass
    publish(files, 1)


@pytest.mark.parametrize(
    "name", ["manifest.jws", "../9/manifest.jws", ".lock", "other.0123456789abcdef.filter", "", "."]
)
def test_nothing_else_is_given_out(files: SnapshotFiles, name: str) -> None:
    publish(files, 9)
    with pytest.raises(NotFound):
        files.file(9, name)


def test_a_forgotten_snapshot_is_gone(files: SnapshotFiles) -> None:
    publish(files, 9)
    files.forget(9)
    files.forget(9)
    assert files.sizes() == []
    with pytest.raises(NotFound, match="any more"):
        files.file(9, NAME)


def test_a_disk_that_cannot_be_written_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "snapshots").write_text("in the way")
    with (
        pytest.raises(Unavailable, match="cannot be written"),
        SnapshotFiles(tmp_path / "snapshots").making(),
    ):
        pass
