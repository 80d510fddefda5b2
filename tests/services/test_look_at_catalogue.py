"""A first look: what is recognised, what the first rows would register, and what makes a file unusable."""

import pytest

from registry.catalogues.options import Options
from registry.errors import InvalidDeclaration
from registry.services.look_at_catalogue import FIRST_ROWS, decode_look, encode_look, look_at
from tests.catalogues.files import file_with
from tests.registries import START

TEXT = "Song,Code,Other\n" + "Night,GBAYE0601498,x\nDay,GB,y\n" + "T,GBAYE0601499,\n" * 30


def test_a_look_shows_columns_and_the_first_rows_and_is_kept_as_it_was(tmp_path):
    look = look_at(file_with(tmp_path, TEXT), Options(), START)
    assert [(each.name, each.field, each.why) for each in look.columns] == [
        ("Song", "title", "name"),
        ("Code", "isrc", "content"),
        ("Other", "", "unknown"),
    ]
    assert look.columns[1].examples == ("GBAYE0601498", "GB", "GBAYE0601499")
    assert len(look.rows) == FIRST_ROWS
    first, second = look.rows[:2]
    assert first.entry is not None
    assert first.entry.work.identifiers == ("isrc:GBAYE0601498",)
    assert second.fault is not None
    assert (second.row, second.fault.field, second.fault.code) == (3, "Code", "length")
    assert decode_look(encode_look(look)) == look


def test_a_file_without_recognised_identifiers_can_be_looked_at_and_mapped(tmp_path):
    path = file_with(tmp_path, "Song,X\nA,1\n")
    assert look_at(path, Options(), START).rows[0].fault is not None
    assert look_at(path, Options(mapping={"X": "isrc"}), START).columns[1].field == "isrc"


def test_a_declaration_that_contradicts_itself_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(InvalidDeclaration, match="contact"):
        look_at(file_with(tmp_path, TEXT), Options(preset="ask-me-first"), START)
