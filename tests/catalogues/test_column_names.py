"""Names of columns and kinds, as they are written in four languages."""

import pytest

from registry.catalogues.column_names import FIELD_OF, KIND_NAMES, KIND_OF, NAMES, plain_name
from registry.domain.vocabulary import WorkKind


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Track Title", "title"), ("SONG_NAME", "title"), ("Songtitel", "title"), ("Titre du morceau", "title"),
        ("Título de la canción", "title"), ("Künstler", "artist"), ("Interprète", "artist"), ("Code-barres", "upc"),
        ("Código de barras", "upc"), ("UPC/EAN", "upc"), ("Veröffentlichung", "release_title"), ("ISRC-Code", "isrc"),
        ("Œuvre", "composition_title"), ("Dirección web", "url"), ("SHA-256", "sha256"),
    ],
)  # fmt: skip
def test_a_column_is_known_in_english_german_french_and_spanish(name, field):
    assert FIELD_OF[plain_name(name)] == field


def test_every_name_is_plain_and_means_one_thing():
    for table, found in ((NAMES, FIELD_OF), (KIND_NAMES, KIND_OF)):
        names = [name for each in table.values() for name in each]
        assert len(names) == len(found)
        assert all(plain_name(name) == name for name in names)


def test_every_kind_of_work_has_names():
    assert set(KIND_NAMES) == {kind.value for kind in WorkKind}
