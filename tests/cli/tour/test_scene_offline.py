"""The last scene verifies, and would notice."""

import shutil
from pathlib import Path

import pytest

from registry.cli.tour.page import Page
from registry.cli.tour.scene_offline import checks, verify_offline
from registry.errors import VerificationFailed
from tests.cli.tour.conftest import Taken

FILES = ("record.jwt", "record.tlog-proof", "checkpoint", "answer.json")


def test_each_file_holds_and_fails_with_a_byte_changed(tour: Taken) -> None:
    scene = tour.scene("The server is stopped")
    changed = tour.text.partition("The server is stopped")[2]
    for name in FILES:
        assert f"   {name} " in scene
        assert f"{name}  " in changed
    assert changed.count("one byte changed: ") == len(FILES)


def test_the_kept_files_verify_again_without_any_server(tour: Taken) -> None:
    assert verify_offline(tour.folder, Page()) == 2 * len(FILES)


@pytest.mark.parametrize("name", [*FILES, "did.json", "log.vkey"])
def test_a_changed_file_ends_the_scene(tour: Taken, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(tour.folder, folder, ignore=shutil.ignore_patterns("registry"))
    path = folder / name
    text = path.read_text()
    path.write_text(text[: len(text) // 3])
    with pytest.raises(VerificationFailed):
        verify_offline(folder, Page())


@pytest.mark.parametrize("name", ["record.jwt", "record.tlog-proof", "checkpoint"])
def test_no_byte_at_all_can_be_changed_unnoticed(tour: Taken, name: str) -> None:
    check = checks(tour.folder)[name]
    data = (tour.folder / name).read_bytes()
    check(data)
    for at in range(len(data)):
        with pytest.raises(VerificationFailed):
            check(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
