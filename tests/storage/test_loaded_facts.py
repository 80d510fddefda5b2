"""What was read for the rules, and what was not."""

import pytest

from registry.domain.dossiers import (
    HeldClaim,
    HeldIdentifier,
    HeldLink,
    Location,
    Rightsholder,
    Work,
)
from registry.domain.identifiers import parse_identifier
from registry.domain.matching import location_keys
from registry.domain.vocabulary import LinkKind, Role, WorkKind
from registry.storage.loaded_facts import LoadedFacts, keys_of, what_they_refer_to

URL = "https://artist.example/a/song"


def a_work() -> Work:
    return Work(
        id="w",
        kind=WorkKind.RECORDING,
        title="Song",
        identifiers=[HeldIdentifier("isrc:GBAYE0601498", seq=1), HeldIdentifier(URL, seq=1)],
        claims=[HeldClaim("c", seq=1, at=0, rightsholder="r", role=Role.RECORDING)],
        links=[HeldLink("l", LinkKind.EMBODIES, "song")],
    )


def test_a_key_that_was_not_looked_for_is_no_absence() -> None:
    facts = LoadedFacts()
    facts.ask([b"looked for"])
    assert list(facts.meeting(b"looked for")) == []
    with pytest.raises(LookupError, match="not read"):
        facts.meeting(b"not looked for")
    with pytest.raises(LookupError, match="not read"):
        facts.lead(b"not looked for", "work", "w")


def test_what_was_looked_for_is_not_looked_for_again_and_keeps_what_it_led_to() -> None:
    facts = LoadedFacts()
    facts.ask([b"a"])
    facts.lead(b"a", "work", "w")
    assert list(facts.not_asked([b"b", b"a", b"c", b"b"])) == [b"b", b"c"]
    facts.ask([b"a", b"b"])
    assert [each.id for each in facts.meeting(b"a")] == ["w"]


def test_identifiers_meet_by_their_wide_key_and_urls_by_the_locations_above_them() -> None:
    isrc, url = parse_identifier("isrc:GBAYE0601498"), parse_identifier(URL)
    above = [key for key, _ in location_keys(url.wide)]
    works, places = keys_of([isrc, url, isrc])
    assert (list(works), list(places)) == ([isrc.wide_key, url.wide_key], above)


def test_a_dossier_that_is_not_there_or_of_another_kind_raises() -> None:
    facts = LoadedFacts()
    facts.add(a_work())
    assert facts.dossier("work", "w") == a_work()
    for kind, id in (("rightsholder", "w"), ("work", "other")):
        with pytest.raises(LookupError):
            facts.dossier(kind, id)  # type: ignore[arg-type]


def test_a_key_leads_to_every_subject_that_it_was_read_for() -> None:
    facts = LoadedFacts()
    facts.ask([b"key"])
    facts.lead(b"key", "work", "w")
    facts.lead(b"key", "location", "l")
    assert [(each.kind, each.id) for each in facts.meeting(b"key")] == [
        ("work", "w"),
        ("location", "l"),
    ]


def test_a_work_refers_to_who_claims_it_what_it_uses_and_the_places_of_its_urls() -> None:
    facts = LoadedFacts()
    folder = location_keys(URL)[1][0]
    facts.ask([folder])
    facts.add(a_work())
    ids, keys = what_they_refer_to(facts, [a_work()])
    assert ids == ["r", "song"]
    assert set(keys) == {key for key, _ in location_keys(URL)} - {folder}


def test_a_location_refers_to_who_claims_it_and_others_to_nothing() -> None:
    facts = LoadedFacts()
    place = Location(
        id="l",
        url="https://artist.example/",
        subdomains=False,
        whole_host=True,
        expression="artist.example/",
        rank=[0, 2],
        claims=[HeldClaim("c", seq=1, at=0, rightsholder="r", role=Role.RECORDING)],
    )
    assert what_they_refer_to(facts, [place, Rightsholder("r", "R")]) == (["r"], {})
    facts.add(Rightsholder("r", "R"))
    assert what_they_refer_to(facts, [place]) == ([], {})
