"""What rows name: kinds, identifiers shared out, titles, the habits of sheets; and what is refused with which words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.catalogues.columns import Column
from registry.catalogues.rows import Fault, Row
from registry.catalogues.works_named import RowRefusedError, in_order, principal, read_row
from registry.domain.vocabulary import WorkKind

ISRC, ISWC, UPC = "isrc:GBAYE0601498", "iswc:T0345246801", "upc:5099749534728"


def read(faults=None, **cells):
    columns = tuple(Column(name.upper(), name, "name") for name in cells)
    return read_row(Row(2, tuple(cells.values()), faults or {}), columns, WorkKind.RECORDING)


def refused(**given):
    with pytest.raises(RowRefusedError) as error:
        read(**given)
    return error.value.fault


def test_a_track_names_its_recording_its_release_and_its_composition():
    entry = read(
        title=" Night\nTrain ",
        version="Live",
        artist="Ada",
        isrc="GB-AYE-06-01498",
        iswc="T-034.524.680-1",
        upc="5099749534728",
        release_title="Trains",
        url="lovelace.example/a https://lovelace.example/b",
    )
    assert (entry.work.kind, entry.work.title) == (WorkKind.RECORDING, "Night Train (Live)")
    assert entry.work.identifiers == (
        ISRC,
        "https://lovelace.example/a",
        "https://lovelace.example/b",
    )
    assert (entry.release.title, entry.release.identifiers) == ("Trains", (UPC,))
    assert [(each.title, each.identifiers) for each in entry.compositions] == [
        ("Night Train (Live)", (ISWC,))
    ]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ({"isrc": "GBAYE0601498"}, "recording"),
        ({"isrc": "GBAYE0601498", "kind": "Single"}, "recording"),
        ({"isrc": "GBAYE0601498", "kind": "Musikvideo"}, "video"),
        ({"iswc": "T0345246801"}, "composition"),
        ({"upc": "5099749534728"}, "release"),
        ({"upc": "5099749534728", "kind": "Álbum"}, "release"),
        ({"url": "https://a.example/"}, "recording"),
        ({"url": "https://a.example/", "kind": "Œuvre"}, "composition"),
        ({"isbn": "978-0-306-40615-7", "kind": "Buch"}, "text"),
    ],
)
def test_the_kind_is_what_the_row_says_or_what_its_identifiers_name(cells, kind):
    assert read(title="A", **cells).work.kind == kind


def test_several_identifiers_stand_in_one_cell():
    assert read(title="A", isrc="GBAYE0601498; GBAYE0601499\nGBAYE0601500").work.identifiers == (
        ISRC,
        "isrc:GBAYE0601499",
        "isrc:GBAYE0601500",
    )


def test_what_a_sheet_made_of_a_number_is_mended_or_named():
    assert read(title="A", isrc="GBAYE0601498", upc="36000291452").release.identifiers == (
        "upc:0036000291452",
    )
    assert refused(title="A", upc="5.09975E+12").code == "shortened-number"


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"title": "A", "isrc": "GBAYE060149"}, "ISRC", "length"),
        ({"title": "A", "upc": "5099749534729"}, "UPC", "check-digit"),
        ({"title": "", "isrc": "GBAYE0601498"}, "TITLE", "no-title"),
        ({"title": "A\x07", "isrc": "GBAYE0601498"}, "TITLE", "bad-title"),
        ({"title": "A" * 501, "isrc": "GBAYE0601498"}, "TITLE", "bad-title"),
        (
            {"title": "A", "isrc": "GBAYE0601498", "release_title": "A" * 501},
            "RELEASE_TITLE",
            "bad-title",
        ),
        ({"title": "A\ufffd", "isrc": "GBAYE0601498"}, "TITLE", "unreadable-characters"),
        ({"title": "A", "url": "a.example " * 201}, "URL", "too-many-identifiers"),
        ({"title": "A", "isrc": ""}, "", "no-identifier"),
        ({"title": "A", "isrc": "GBAYE0601498", "kind": "Rhubarb"}, "KIND", "unknown-kind"),
        ({"title": "A", "isrc": "GBAYE0601498", "kind": "work"}, "KIND", "not-of-this-kind"),
        (
            {"title": "A", "upc": "5099749534728", "iswc": "T0345246801", "kind": "album"},
            "KIND",
            "not-of-this-kind",
        ),
        ({"title": "A", "url": "http://user:pw@a.example/"}, "URL", "url-credentials"),
        ({"title": "A", "upc": "5099749534728", "kind": "track"}, "", "no-identifier"),
    ],
)
def test_a_row_is_refused_with_the_column_at_fault(given, field, code):
    fault = refused(**given)
    assert (fault.field, fault.code) == (field, code)
    assert fault.words


def test_a_fault_of_a_cell_counts_only_where_the_column_is_read():
    faults = {0: Fault("X", "formula", "…")}
    columns = (
        Column("X", "", "unknown"),
        Column("T", "title", "name"),
        Column("I", "isrc", "name"),
    )
    row = Row(2, ("", "A", "GBAYE0601498"), faults)
    assert read_row(row, columns, WorkKind.RECORDING).work.title == "A"
    with pytest.raises(RowRefusedError):
        read_row(row, (Column("X", "url", "name"), *columns[1:]), WorkKind.RECORDING)


@pytest.mark.parametrize(
    "title", ["=1+1", "<script>alert(1)</script>", "\u202egnp.exe", "'; DROP TABLE works; --"]
)
def test_hostile_titles_are_only_titles(title):
    assert read(title=title, isrc="GBAYE0601498").work.title == title


TEXTS = st.sampled_from(
    [
        ISRC,
        "isrc:GBAYE0601499",
        UPC,
        ISWC,
        "https://a.example/",
        "https://b.example/",
        "sha256:" + "ab" * 32,
    ]
)


@given(st.sampled_from(list(WorkKind)), st.lists(TEXTS, min_size=1), st.lists(TEXTS, min_size=1))
def test_rows_of_one_principal_identifier_give_a_work_of_that_identifier(kind, one, other):
    assert in_order(kind, one) == in_order(kind, list(reversed(one)))
    if principal(kind, one) == principal(kind, other):
        assert principal(kind, one + other) == principal(kind, one)
