"""A format is known by what a file holds."""

import pytest

from registry.catalogues.formats import open_table
from registry.errors import InvalidInput
from tests.catalogues.files import file_with, message, sound_recording, workbook


@pytest.mark.parametrize(
    ("content", "form"),
    [
        ("title,isrc\nA,GBAYE0601498\n", "csv"),
        ("title\tisrc\nA\tGBAYE0601498\n", "tsv"),
        ('{"title":"A"}\n', "jsonl"),
        (workbook([("title", "isrc"), ("A", "GBAYE0601498")]), "xlsx"),
        (message([sound_recording("A1", "GBAYE0601498", "A")], []), "ern"),
        (
            message([sound_recording("A1", "GBAYE0601498", "A")], [])
            .replace("UTF-8", "UTF-16")
            .encode("utf-16"),
            "ern",
        ),
    ],
)
def test_each_format_is_recognised_whatever_its_name(tmp_path, content, form):
    assert open_table(file_with(tmp_path, content, "file.bin")).form == form


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (" \n", "empty"),
        (b"\xd0\xcf\x11\xe0 old", "XLSX"),
        ('[{"a":1}]', "JSON Lines"),
        (b"\x89PNG\0\0\1", "no text"),
    ],
)
def test_what_is_not_read_is_refused_with_what_to_send(tmp_path, content, why):
    with pytest.raises(InvalidInput, match=why):
        open_table(file_with(tmp_path, content))
