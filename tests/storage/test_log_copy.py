"""A copy of the log in a folder: whole files, the checkpoint last, partial tiles until the full one is there."""

import stat
from pathlib import Path

import pytest

from registry.errors import Conflict
from registry.storage.log_copy import LogCopy
from registry.tlog.tile_path import Tile


def test_the_checkpoint_comes_last_and_partial_tiles_go_after_it(tmp_path: Path) -> None:
    copy = LogCopy(tmp_path / "log")
    with copy.held():
        copy.put_tile(Tile(0, 0, 5), b"part")
        copy.release("one\n")
        copy.put_tile(Tile(0, 0, 9), b"more")
        copy.put_tile(Tile(0, 0), b"full")
        assert (tmp_path / "log/tile/0/000.p/5").read_bytes() == b"part"
        assert copy.checkpoint() == "one\n"
        copy.release("two\n")
    assert not (tmp_path / "log/tile/0/000.p").exists()
    assert (tmp_path / "log/tile/0/000").read_bytes() == b"full"
    assert copy.checkpoint() == "two\n"
    assert copy.files == 5


def test_nothing_half_written_has_a_name_and_all_may_read(tmp_path: Path) -> None:
    copy = LogCopy(tmp_path)
    copy.put("vkeys", b"x")
    copy.settle()
    assert [each.name for each in tmp_path.iterdir()] == ["vkeys"]
    assert stat.S_IMODE((tmp_path / "vkeys").stat().st_mode) & 0o444 == 0o444


def test_it_is_held_by_one(tmp_path: Path) -> None:
    with LogCopy(tmp_path / "a").held(), pytest.raises(Conflict):  # noqa: SIM117
        with LogCopy(tmp_path / "a").held():
            pass
    assert LogCopy(tmp_path / "a").checkpoint() is None
