"""A draft survives a crash: what was marked counts, the rest is cut off; one process at a time."""

from hashlib import sha256
from pathlib import Path

import pytest

from registry.errors import Conflict
from registry.storage.export_draft import ExportDraft, Progress


def test_what_was_marked_counts_and_the_rest_is_cut_off(tmp_path: Path) -> None:
    draft, progress = ExportDraft(tmp_path / "export"), Progress(wanted="w", size=9)
    with draft.held():
        draft.begin_anew()
        draft.file("data/a").write(b"whole")
        draft.mark(progress)
        draft.file("data/a").write(b" torn")
    again = ExportDraft(tmp_path / "export")
    with again.held():
        found = again.progress()
        assert found is not None
        assert (found.wanted, found.size, found.lengths) == ("w", 9, {"data/a": 5})
        again.go_on(found)
        again.file("data/a").write(b"!")
        again.mark(found)
        assert again.digest("data/a")[0] == 6
        again.finish("name")
    assert (tmp_path / "export/data/a").read_bytes() == b"whole!"
    assert [path.name for path in (tmp_path / "export").iterdir()] == ["data"]
    assert not again.folder.exists()


def test_a_file_that_lost_what_counted_is_not_gone_on_with(tmp_path: Path) -> None:
    draft, progress = ExportDraft(tmp_path / "export"), Progress(wanted="w", size=9)
    with draft.held():
        draft.file("a").write(b"whole")
        draft.mark(progress)
    (draft.folder / "a").write_bytes(b"who")
    with draft.held(), pytest.raises(Conflict, match="shorter than it was"):
        draft.go_on(progress)


def test_one_process_at_a_time_and_never_over_what_is_there(tmp_path: Path) -> None:
    draft = ExportDraft(tmp_path / "export.zip")
    with (
        draft.held(),
        pytest.raises(Conflict, match="another process"),
        ExportDraft(draft.target).held(),
    ):
        pass
    draft.target.write_bytes(b"")
    with pytest.raises(Conflict, match="exists already"), draft.held():
        pass


def test_progress_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    draft = ExportDraft(tmp_path / "export")
    with draft.held():
        draft.put(".progress.json", b'{"size":')
        assert draft.progress() is None
        draft.put("data/left", b"x")
        draft.begin_anew()
        assert draft.files() == []


def test_the_digest_is_that_of_the_file_also_after_a_crash(tmp_path: Path) -> None:
    draft, progress = ExportDraft(tmp_path / "export"), Progress(wanted="w", size=9)
    with draft.held():
        draft.file("a").write(b"whole")
        draft.mark(progress)
        assert draft.digest("a") == (5, sha256(b"whole").hexdigest())
        draft.file("a").write(b" torn")
    with draft.held():
        draft.go_on(progress)
        draft.file("a").write(b"!")
        draft.mark(progress)
        assert draft.digest("a") == (6, sha256(b"whole!").hexdigest())
        draft.file("a").truncate(0)
        draft.file("a").write(b"anew")
        draft.mark(progress)
        assert draft.digest("a") == (4, sha256(b"anew").hexdigest())
