"""Reading: every row is taken or comes back."""

import pytest

from registry.catalogues.options import Options
from registry.errors import InvalidInput
from registry.services.read_catalogue import Counted, read_catalogue, rejected_file
from registry.storage.import_files import ImportFiles
from registry.storage.staged_works import StagedWorks

ID = "01a20212-5f30-70ac-93b8-967730279525"
TEXT = 'Title,ISRC,Note\nA,GBAYE0601498,x\n,GBAYE0601499,=cmd\n"B"b,x\nC,GBAYE0601500,\nD,GB,n\n'


def read(tmp_path, text: str) -> tuple[ImportFiles, Counted]:
    files = ImportFiles(tmp_path)
    pieces = iter((text.encode(), b""))
    files.forget(ID)
    files.receive(ID, lambda _: next(pieces), 10**6)
    return files, read_catalogue(files, ID, Options(), lambda _: True)


def rejected(files: ImportFiles) -> str:
    staged = files.staged(ID)
    assert staged is not None
    return b"".join(rejected_file(files.source(ID), StagedWorks(staged), Options())).decode(
        "utf-8-sig"
    )


def test_every_row_is_taken_or_comes_back_with_the_reason_and_is_taken_once_it_is_mended(tmp_path):
    files, counted = read(tmp_path, TEXT)
    assert counted == Counted(rows=5, rejected=3, works=2)
    lines = rejected(files).splitlines()
    assert [line.split(",")[0] for line in lines[1:] if line[:1].isdigit()] == ["3", "4", "6"]
    assert "'=cmd" in rejected(files)
    mended = rejected(files).replace(",GB,", ",GBAYE0601501,")
    files, counted = read(tmp_path, mended)
    assert (counted.rows, counted.rejected) == (3, 2)


def test_a_file_without_recognised_identifiers_is_not_read(tmp_path):
    with pytest.raises(InvalidInput, match="identifiers"):
        read(tmp_path, "Song,X\nA,1\n")


def test_where_all_is_well_nothing_comes_back(tmp_path):
    files, _ = read(tmp_path, "Title,ISRC\nA,GBAYE0601498\n")
    assert len(rejected(files).splitlines()) == 1
