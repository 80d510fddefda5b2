"""What columns hold: by name, by content, and as a person says."""

import pytest

from registry.catalogues.columns import Column, check_readable, mapped, recognised
from registry.catalogues.formats import open_table
from registry.errors import InvalidInput
from tests.catalogues.files import file_with, workbook

CODES = {
    "isrc": "GB-AYE-06-01498",
    "iswc": "T-034.524.680-1",
    "upc": "5099749534728",
    "grid": "A1-2425G-ABC1234002-M",
    "isbn": "978-0-306-40615-7",
    "doi": "10.1000/182",
    "url": "https://lovelace.example/a",
    "sha256": "ab" * 32,
    "sha512": "ab" * 64,
}


def columns_of(folder, text):
    return {
        each.name: (each.field, each.why)
        for each in recognised(open_table(file_with(folder, text)))
    }


@pytest.mark.parametrize("field", CODES)
def test_a_column_without_a_telling_name_is_known_by_what_it_holds(tmp_path, field):
    found = columns_of(tmp_path, f"Name;X17\nA;{CODES[field]}\nB;\n")
    assert found == {"Name": ("title", "name"), "X17": (field, "content")}


def test_a_column_that_only_looks_like_codes_is_not_read(tmp_path):
    found = columns_of(
        tmp_path, "Title;Number\nA;5099749534729\nB;5099749534720\n"
    )  # no check digit holds
    assert found["Number"] == ("", "unknown")


def test_of_two_columns_with_titles_the_first_one_counts(tmp_path):
    assert columns_of(tmp_path, "Song;Title;ISRC\nA;B;\n")["Title"] == ("", "unknown")


def test_a_table_without_a_header_is_recognised_by_content_alone(tmp_path):
    assert columns_of(tmp_path, "A,GBAYE0601498\nB,GBAYE0601499\n") == {
        "column 1": ("", "unknown"),
        "column 2": ("isrc", "content"),
    }
    table = open_table(
        file_with(tmp_path, workbook([("A", "GBAYE0601498"), ("B", "GBAYE0601499")]))
    )
    assert [each.field for each in recognised(table)] == ["", "isrc"]
    assert [row.number for row in table.rows()] == [1, 2]


COLUMNS = (
    Column("Song", "title", "name"),
    Column("Other", "", "unknown"),
    Column("Code", "isrc", "content"),
)


def test_a_person_says_what_columns_hold():
    found = mapped(COLUMNS, {"Other": "title", "Code": ""})
    assert [(each.field, each.why) for each in found] == [
        ("", "unknown"),
        ("title", "given"),
        ("", "given"),
    ]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"Nothing": "isrc"}, "unknown-column"),
        ({"Other": "song"}, "unknown-field"),
        ({"Other": "title", "Song": "title"}, "given-twice"),
    ],
)
def test_what_cannot_be_meant_is_refused(wish, code):
    with pytest.raises(InvalidInput) as refused:
        mapped(COLUMNS, wish)
    assert refused.value.code == code


def test_without_identifiers_no_row_names_a_work():
    check_readable(COLUMNS)
    with pytest.raises(InvalidInput, match="identifiers"):
        check_readable(COLUMNS[:2])
