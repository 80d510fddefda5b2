"""What is kept is there again; a file that cannot be read is an error, never a fresh start."""

from pathlib import Path

import pytest

from registry.client.monitor.following import Begun, Log, follow
from registry.client.monitor.keeping import HEAD, READING, Keeping
from registry.errors import VerificationFailed
from registry.tlog.edge import Edge
from tests.client.monitor.copies import URL, CopiedLog, entry, run


def test_a_head_comes_back_and_ends_the_reading_that_led_to_it(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    log = CopiedLog(tmp_path / "log", entries=[entry(n) for n in range(270)]).write()
    kept = run(follow(Log(URL, (log.vkey,)), None), log.folder).kept
    keeping = Keeping(tmp_path / "state" / "here")
    assert keeping.kept() is None
    assert keeping.begun() is None
    keeping.note_reading(Begun(Edge(), 5))
    assert keeping.begun() is not None
    keeping.keep(kept)
    again = keeping.kept()
    assert again is not None
    assert (again.checkpoint, again.note, again.at) == (kept.checkpoint, kept.note, kept.at)
    assert again.edge.members() == kept.edge.members()
    assert keeping.begun() is None
    assert [each.name for each in keeping.folder.iterdir()] == [HEAD]


def test_a_broken_head_is_no_fresh_start_and_a_broken_reading_is_begun_again(
    tmp_path: Path,
) -> None:
    keeping = Keeping(tmp_path)
    for broken in ("", "{}", '{"note": "x", "at": 0, "edge": {"size": 1, "tiles": []}}', "[1"):
        (tmp_path / HEAD).write_text(broken)
        (tmp_path / READING).write_text(broken)
        with pytest.raises(VerificationFailed, match="if you move it away"):
            keeping.kept()
        assert keeping.begun() is None
