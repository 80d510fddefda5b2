"""Files of imports: whole or not there."""

import io
from hashlib import sha256

import pytest

from registry.errors import NotFound, TooLarge, Unavailable
from registry.storage.import_files import ImportFiles

ID = "01a20212-5f30-70ac-93b8-967730279525"


def test_what_was_received_is_kept_whole_with_its_digest(tmp_path):
    files = ImportFiles(tmp_path / "imports")
    content = b"x" * 200_000
    assert files.receive(ID, io.BytesIO(content).read, 200_000) == (
        200_000,
        sha256(content).digest(),
    )
    assert files.source(ID).read_bytes() == content
    assert (tmp_path / "imports" / ID).stat().st_mode & 0o077 == 0
    files.forget(ID)
    with pytest.raises(NotFound):
        files.source(ID)


def test_of_what_is_too_large_or_breaks_off_nothing_stays(tmp_path):
    files = ImportFiles(tmp_path)

    def breaks(_: int) -> bytes:
        raise OSError(28, "No space left on device")

    for read, error in ((io.BytesIO(b"x" * 11).read, TooLarge), (breaks, Unavailable)):
        with pytest.raises(error):
            files.receive(ID, read, 10)
        assert list(tmp_path.iterdir()) == []


def test_works_count_only_when_they_were_written_to_the_end(tmp_path):
    files = ImportFiles(tmp_path)
    files.receive(ID, io.BytesIO(b"x").read, 10)

    def break_off():
        with files.staging(ID) as path:
            path.write_bytes(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert files.staged(ID) is None
    with files.staging(ID) as path:
        path.write_bytes(b"whole")
    staged = files.staged(ID)
    assert staged is not None
    assert staged.read_bytes() == b"whole"
    files.unstage(ID)
    assert files.staged(ID) is None


def test_an_id_is_never_a_path(tmp_path):
    with pytest.raises(NotFound):
        ImportFiles(tmp_path / "imports").source("../../etc/passwd")
