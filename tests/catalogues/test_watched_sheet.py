"""Workbooks that would fill the memory, or of which a row would be passed over, are refused."""

import pytest

from registry.catalogues import watched_sheet
from registry.catalogues.sheets import SheetTable
from registry.errors import InvalidInput, TooLarge
from tests.catalogues.files import file_with, repacked, workbook

ROWS = [["title", "isrc"], ["Notes on Engines", "GBAYE0601498"]]
MANY = 10_000


def sheet(inside: bytes, after: bytes = b"") -> bytes:
    return (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>isrc</t></is></c></row>'
        + inside
        + b"</sheetData>"
        + after
        + b"</worksheet>"
    )


def rows_of(folder, content):
    return list(SheetTable(file_with(folder, repacked(workbook(ROWS), sheet1=content))).rows())


@pytest.mark.parametrize(
    "inside",
    [
        b'<row r="2">' + b"<c/>" * MANY + b"</row>",
        b'<row r="2"><c r="A2" t="inlineStr"><is><t>' + b"x" * 30 * MANY + b"</t></is></c></row>",
        b'<row r="2" spans="' + b"x" * 30 * MANY + b'"/>',
        b"<a/>" * MANY,
        b"x" * 30 * MANY,
        b'<row xmlns="urn:other"><a/><a/></row>' * 1_000,
        b"<a>" * 40 + b"</a>" * 40,
        b"<row>" * 40 + b"</row>" * 40,
    ],
    ids=["cells", "text", "attribute", "beside", "text beside", "foreign rows", "depth", "nested"],
)
def test_what_would_fill_the_memory_is_refused_while_it_is_unpacked(tmp_path, monkeypatch, inside):
    monkeypatch.setattr(watched_sheet, "MOST_IN_A_ROW", 500)
    monkeypatch.setattr(watched_sheet, "MOST_BESIDE_ROWS", 2_000)
    monkeypatch.setattr(watched_sheet, "LONGEST", 100_000)
    with pytest.raises(TooLarge, match="unfolds"):
        rows_of(tmp_path, sheet(inside))


CELL = b'<c r="A%d" t="inlineStr"><is><t>GBAYE0601498</t></is></c>'


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        (b'<row r="3">' + CELL % 3 + b'</row><row r="2">' + CELL % 2 + b"</row>", "after row 3"),
        (b'<row r="2">' + CELL % 2 + b'</row><row r="2">' + CELL % 2 + b"</row>", "after row 2"),
        (b'<row r="2"><c r="B2"><v>1</v></c>' + CELL % 2 + b"</row>", "cell A2"),
        (b'<row r="no">' + CELL % 2 + b"</row>", "number 'no'"),
    ],
)
def test_a_sheet_of_which_a_row_or_cell_would_be_passed_over_is_refused(tmp_path, inside, words):
    with pytest.raises(InvalidInput, match=words):
        rows_of(tmp_path, sheet(inside))


def test_rows_and_cells_may_be_missing_or_unnumbered(tmp_path):
    inside = b'<row r="4">' + CELL % 4 + b"</row><row><c><v>7</v></c></row>"
    found = rows_of(tmp_path, sheet(inside, after=b"<mergeCells/>"))
    assert [(row.number, row.cells) for row in found] == [(4, ("GBAYE0601498",)), (5, ("7",))]


def test_a_document_type_and_broken_xml_are_refused(tmp_path):
    for content in (b"<!DOCTYPE x>" + sheet(b""), sheet(b"<row")):
        with pytest.raises(InvalidInput):
            rows_of(tmp_path, content)
