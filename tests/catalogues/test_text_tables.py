"""CSV and TSV in the encodings, with the separators and with the habits that sheets and other programs have."""

import pytest

from registry.catalogues.rows import LONGEST_ROW
from registry.catalogues.text_tables import TextTable, encoding_of
from registry.errors import InvalidInput, TooLarge
from tests.catalogues.files import file_with

ROW = ("Künstlerin – Ünïcode", "GBAYE0601498")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_encoding_and_separator_gives_the_same_rows(tmp_path, encoding, separator):
    text = f"Titel{separator}ISRC\r\n{ROW[0]}{separator}{ROW[1]}\r\n"
    table = TextTable(file_with(tmp_path, text.encode(encoding)))
    assert table.names == ("Titel", "ISRC")
    assert [row.cells for row in table.rows()] == [ROW]
    assert table.form == ("tsv" if separator == "\t" else "csv")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_system_and_cells_hold_line_breaks(tmp_path, end):
    table = TextTable(file_with(tmp_path, end.join(["a,b", '"x', 'y",1', "", "z,2"])))
    rows = [(row.number, row.cells) for row in table.rows()]
    assert rows == [(2, (f"x{end}y", "1")), (4, ("z", "2"))]


def test_what_a_sheet_writes_around_its_rows_is_no_row(tmp_path):
    text = 'sep=;\r\nTitle;ISRC;;\r\n"A; B";="0123";;\r\n;;;\r\n\'=1+1;x;;\r\n'
    table = TextTable(file_with(tmp_path, text))
    assert table.separator == ";"
    assert [row.cells[:2] for row in table.rows()] == [("A; B", "0123"), ("=1+1", "x")]


def test_a_row_with_wrong_quotes_or_too_many_cells_is_a_fault_and_the_next_one_is_read(tmp_path):
    table = TextTable(file_with(tmp_path, 'a,b\n"x"y,1\n1,2,3\nshort\nz,2\n'))
    rows = list(table.rows())
    assert [row.fault and row.fault.code for row in rows] == [
        "broken-quotes",
        "too-many-cells",
        None,
        None,
    ]
    assert rows[0].cells[0] == '"x"y,1\n'  # nothing of it is lost
    assert rows[1].cells == ("1", "2", "3")
    assert [row.cells for row in rows[2:]] == [("short", ""), ("z", "2")]


def test_quotes_in_tsv_are_only_quotes(tmp_path):
    table = TextTable(file_with(tmp_path, 'title\tisrc\n"Heroes" (live)\tGBAYE0601498\n'))
    assert [row.cells for row in table.rows()] == [('"Heroes" (live)', "GBAYE0601498")]


def test_a_quote_that_is_not_closed_does_not_swallow_the_memory(tmp_path):
    path = file_with(tmp_path, 'a,b\n"open,1\n' + "x,2\n" * LONGEST_ROW)
    with pytest.raises(TooLarge, match="not closed"):
        list(TextTable(path).rows())


def test_a_file_without_a_header_is_numbered(tmp_path):
    table = TextTable(file_with(tmp_path, "GBAYE0601498,A\nGBAYE0601499,B\n"))
    table.without_header()
    assert table.names == ("column 1", "column 2")
    assert [row.number for row in table.rows()] == [1, 2]


def test_what_is_no_text_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="no text"):
        encoding_of(file_with(tmp_path, bytes(range(256)) * 4))
    with pytest.raises(InvalidInput, match="no rows"):
        TextTable(file_with(tmp_path, "\n\n"))
