"""No cell of a table that leaves is a formula, and every table is read back as it was."""

import csv
import io

import pytest

from registry.csv_text import csv_text, shielded


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_what_a_sheet_would_calculate_gets_an_apostrophe(start: str) -> None:
    assert shielded(f"{start}1") == f"'{start}1"
    assert shielded(f"a{start}") == f"a{start}"


def test_a_table_is_read_back_cell_by_cell() -> None:
    text = csv_text(("title", "count"), [('a "b", c', 3), (None, "=1"), ("two\r\nlines", 0)])
    assert text.startswith("title,count\r\n")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read[1:] == [['a "b", c', "3"], ["", "'=1"], ["two\r\nlines", "0"]]
