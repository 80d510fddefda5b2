"""Rejected rows come back so that a sheet takes them for text, and can be sent again as they are."""

import csv

from registry.catalogues.columns import recognised
from registry.catalogues.formats import open_table
from registry.catalogues.rejected_rows import ADDED, Rejected, rejected_csv
from registry.catalogues.rows import Fault
from tests.catalogues.files import file_with


def test_a_sheet_takes_no_cell_for_a_formula_and_the_file_reads_back_as_it_was(tmp_path):
    hostile = ("=1+1", "+1", "-1", "@x", "＝1+1", "＠x", "'quoted", 'a "b", c')
    rows = [Rejected(7, Fault("ISRC", "length", "write 12"), hostile)]
    path = file_with(tmp_path, b"".join(rejected_csv(["Title", *"BCDEFGH"], rows)))
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, row = csv.reader(file)
    assert tuple(header[:4]) == ADDED
    assert row[:4] == ["7", "ISRC", "length", "write 12"]
    assert not any(cell.startswith(("=", "+", "-", "@", "＝", "＠")) for cell in row)
    assert next(open_table(path).rows()).cells[4:] == hostile


def test_sent_again_its_own_columns_are_not_read_and_not_doubled(tmp_path):
    rows = [Rejected(2, Fault("", "no-title", "write one"), ("", "GBAYE0601498"))]
    path = file_with(tmp_path, b"".join(rejected_csv(["Title", "ISRC"], rows)))
    table = open_table(path)
    assert [each.field for each in recognised(table)] == ["", "", "", "", "title", "isrc"]
    again = b"".join(
        rejected_csv(table.names, [Rejected(2, rows[0].fault, next(table.rows()).cells)])
    )
    assert again == path.read_bytes()


def test_cells_beyond_the_columns_are_kept():
    row = Rejected(2, Fault("", "too-many-cells", "…"), ("a", "b", "c"))
    assert b"a,b,c" in b"".join(rejected_csv(["x", "y"], [row]))
