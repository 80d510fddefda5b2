"""JSON Lines: members are columns, lists several values; a broken line is one row."""

import json

import pytest

from registry.catalogues.json_lines import JsonLinesTable
from registry.catalogues.rows import LONGEST_ROW, MOST_COLUMNS
from registry.errors import InvalidInput, TooLarge
from tests.catalogues.files import file_with


def test_members_of_any_line_are_columns_and_lists_are_several_values(tmp_path):
    text = (
        '\ufeff{"title":"A","upc":5099749534728}\n\n{"isrc":["X","Y"],"upc":5.0e12,"title":null}\n'
    )
    table = JsonLinesTable(file_with(tmp_path, text))
    assert table.names == ("title", "upc", "isrc")
    assert [(row.number, row.cells) for row in table.rows()] == [
        (1, ("A", "5099749534728", "")),
        (3, ("", "5000000000000", "X\nY")),
    ]


def test_a_line_that_cannot_be_understood_stays_whole_and_the_others_are_read(tmp_path):
    lines = ["{no", '{"a":1,"a":2}', "[1]", '{"a":{"b":1}}', '{"a":true}', '{"a":"x"}']
    rows = list(JsonLinesTable(file_with(tmp_path, "\n".join(lines))).rows())
    assert [row.fault and row.fault.code for row in rows] == ["no-json"] * 3 + [None] * 3
    assert [row.cells for row in rows[:3]] == [(line,) for line in lines[:3]]
    assert [sorted(row.faults) for row in rows[3:]] == [[0], [0], []]


def test_no_object_at_all_and_endless_lines_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match="no line"):
        JsonLinesTable(file_with(tmp_path, "nothing\n"))
    members = json.dumps({f"a{n}": 1 for n in range(MOST_COLUMNS + 1)})
    with pytest.raises(TooLarge, match="columns"):
        JsonLinesTable(file_with(tmp_path, members))
    with pytest.raises(TooLarge, match="line"):
        JsonLinesTable(file_with(tmp_path, '{"a":"' + "x" * LONGEST_ROW + '"}'))
