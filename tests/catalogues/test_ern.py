"""DDEX ERN 4: recordings, releases and what is on them; and messages that are made to hurt."""

import pytest

from registry.catalogues import ern
from registry.catalogues.ern import ErnTable
from registry.domain.vocabulary import WorkKind
from registry.errors import InvalidInput, TooLarge
from tests.catalogues.files import entries, file_with, message, release, sound_recording

ICPN = "5099749534728"


@pytest.mark.parametrize(
    ("version", "edition"), [("41", False), ("42", False), ("43", True), ("432", True)]
)
def test_recordings_releases_and_works_are_read_in_every_version_of_ern_4(
    tmp_path, version, edition
):
    text = message(
        [
            sound_recording(
                "A1", "GB-AYE-06-01498", "Night <Train>", "T-034.524.680-1", edition=edition
            ),
            sound_recording("A2", "GBAYE0601499", "Day", edition=edition),
        ],
        [release("R0", ICPN, "Trains", "A1", "A2", grid="A12425GABC1234002M")],
        version,
    )
    first, second, album = entries(file_with(tmp_path, text))
    assert (first.work.title, first.work.identifiers) == ("Night <Train>", ("isrc:GBAYE0601498",))
    assert [each.identifiers for each in first.compositions] == [("iswc:T0345246801",)]
    assert (second.reference, second.artist) == ("A2", "Ada")
    assert album.work.kind is WorkKind.RELEASE
    assert album.work.identifiers == ("grid:A12425GABC1234002M", f"upc:{ICPN}")
    assert album.contains == ("A1", "A2")


def test_the_default_title_goes_before_the_others(tmp_path):
    titles = (
        '<DisplayTitleText LanguageAndScriptCode="ja">夜</DisplayTitleText>'
        '<DisplayTitleText IsDefault="true">Night</DisplayTitleText>'
    )
    recording = sound_recording("A1", "GBAYE0601498", "x").replace(
        "<DisplayTitleText>x</DisplayTitleText>", titles
    )
    (entry,) = entries(file_with(tmp_path, message([recording], [])))
    assert entry.work.title == "Night"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (message([], [], "382"), "not a NewReleaseMessage"),
        ("<html><body/></html>", "not a NewReleaseMessage"),
        (message([], []), "no sound recordings"),
        (message([sound_recording("A1", "GBAYE0601498", "x")], [])[:-60], "broken"),
        (
            '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
            + message([sound_recording("A1", "GBAYE0601498", "B")], []).partition("\n")[2],
            "entities",
        ),
        (
            '<!DOCTYPE x SYSTEM "file:///etc/passwd">'
            + message([sound_recording("A1", "GBAYE0601498", "B")], []).partition("\n")[2],
            "entities",
        ),
    ],
)
def test_other_messages_broken_ones_and_entities_are_refused_with_the_reason(tmp_path, text, why):
    with pytest.raises(InvalidInput, match=why):
        list(ErnTable(file_with(tmp_path, text)).rows())


def test_one_resource_is_never_larger_than_memory_and_many_are(tmp_path, monkeypatch):
    monkeypatch.setattr(ern, "MOST_ELEMENTS", 100)
    many = [sound_recording(f"A{n}", f"GBAYE06{n:05d}", "x") for n in range(100)]
    assert len(list(ErnTable(file_with(tmp_path, message(many, []))).rows())) == 100
    for content in ("<A/>" * 200, "<A>" * 200 + "</A>" * 200):
        giant = f"<SoundRecording>{content}</SoundRecording>"
        with pytest.raises(TooLarge):
            list(ErnTable(file_with(tmp_path, message([giant], []))).rows())
