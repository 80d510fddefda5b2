"""A file that is sent goes to the disk beside catalogues, and nowhere else on its way."""

import tempfile
from pathlib import Path

import pytest

from tests.web.catalogue.sending import open_holder, send_file, sent
from tests.web.people import ON_SQLITE, People

pytestmark = ON_SQLITE
LARGE = "Title;ISRC\r\n" + "".join(f"{'x' * 400};GBAYE06{n:05}\r\n" for n in range(2_000))


def test_no_temporary_folder_is_needed_and_nothing_stays_but_the_catalogue(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = people.sign_in("Ada")
    holder = open_holder(ada)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "away"))
    path = sent(ada, holder, LARGE)
    folder = ada.registry.import_files.folder
    assert [each.name for each in folder.iterdir()] == [path.rpartition("/")[2]]
    kept = ada.registry.import_files.source(path.rpartition("/")[2])
    assert kept.read_bytes() == LARGE.encode()


def test_where_the_disk_is_away_nothing_is_lost_and_it_can_be_sent_again(people: People) -> None:
    ada = people.sign_in("Ada")
    holder = open_holder(ada)
    folder = ada.registry.import_files.folder
    folder.write_bytes(b"")  # no folder can be made here
    assert send_file(ada, holder, LARGE).status_code == 503
    folder.unlink()
    sent(ada, holder, LARGE)
