"""XLSX: real workbooks, and such as are made to hurt."""

import datetime
import io
import zipfile

import openpyxl
import pytest

from registry.catalogues import sheets
from registry.catalogues.sheets import SheetTable
from registry.errors import InvalidInput, TooLarge
from tests.catalogues.files import file_with, repacked, saved, workbook

ROWS = [("Title", "ISRC", "UPC"), ("A", "GBAYE0601498", 5099749534728)]


def test_rows_of_the_first_sheet_that_has_some_are_read_with_its_numbers_whole(tmp_path):
    book = openpyxl.Workbook()
    hidden = book.create_sheet("hidden", 0)
    hidden.append(["Secret", "x"])
    hidden.sheet_state = "hidden"
    sheet = book.create_sheet("works")
    for row in (*ROWS, (None, None, None), ("B", 7.5, datetime.date(2026, 1, 2))):
        sheet.append(list(row))
    table = SheetTable(file_with(tmp_path, saved(book)))
    assert table.names == ("Title", "ISRC", "UPC")
    assert [(row.number, row.cells) for row in table.rows()] == [
        (2, ("A", "GBAYE0601498", "5099749534728")),
        (4, ("B", "7.5", "2026-01-02T00:00:00")),
    ]


def test_a_formula_is_not_calculated_and_says_what_to_do(tmp_path):
    table = SheetTable(file_with(tmp_path, workbook([*ROWS, ("=HYPERLINK(1)", "#N/A", 1)])))
    faults = list(table.rows())[1].faults
    assert {place: (fault.field, fault.code) for place, fault in faults.items()} == {
        0: ("Title", "formula"),
        1: ("ISRC", "sheet-error"),
    }


def test_what_unfolds_beyond_the_limits_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b" " * (sheets.MOST_OF_TEXTS + 1))
    with pytest.raises(TooLarge, match="unfolds"):
        SheetTable(file_with(tmp_path, bomb.getvalue()))
    styles = b"<a>" + b" " * sheets.MOST_IN_MEMORY + b"</a>"
    with pytest.raises(TooLarge, match="unfolds"):
        SheetTable(file_with(tmp_path, repacked(workbook(ROWS), styles=styles)))
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 1_000)
    with pytest.raises(TooLarge, match="unfolds"):
        SheetTable(file_with(tmp_path, workbook(ROWS)))


def test_what_is_read_whole_is_no_larger_under_the_name_of_a_sheet(tmp_path, monkeypatch):
    whole = workbook(ROWS)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        contents = archive.read("[Content_Types].xml")
    texts = contents.replace(b"spreadsheetml.worksheet+xml", b"spreadsheetml.sharedStrings+xml")
    monkeypatch.setattr(sheets, "MOST_TAGS_OF_TEXTS", 3)
    with pytest.raises(TooLarge, match="unfolds"):
        SheetTable(file_with(tmp_path, repacked(whole, **{"[Content_Types]": texts})))
    monkeypatch.setattr(sheets, "MOST_IN_MEMORY", 10)
    with pytest.raises(TooLarge, match="unfolds"):
        SheetTable(file_with(tmp_path, whole))


def test_a_sheet_that_says_it_has_more_rows_than_there_can_be_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("registry.catalogues.rows.MOST_ROWS", 1_000)
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>Title</t></is></c></row>'
        b'<row r="99999999999"><c r="A99999999999" t="inlineStr"><is><t>x</t></is></c></row>'
        b"</sheetData></worksheet>"
    )
    table = SheetTable(file_with(tmp_path, repacked(workbook(ROWS), sheet1=sheet)))
    with pytest.raises(TooLarge, match="rows"):
        list(table.rows())


def test_entities_unfold_to_nothing_and_broken_workbooks_end_calmly(tmp_path):
    bomb = (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
    )
    whole = workbook(ROWS)
    for content in (
        repacked(whole, sheet1=bomb),
        repacked(whole, workbook=b"<x"),
        whole[:2_000],
        workbook([]),
    ):
        with pytest.raises(InvalidInput):
            SheetTable(file_with(tmp_path, content))
