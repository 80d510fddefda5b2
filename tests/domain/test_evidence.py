"""What an answer shows for itself: which identifier met whom and how, what was said or passed over."""

from registry.domain.events import ClaimObjected, Conditions
from registry.domain.evidence import Evidence
from registry.domain.folding.declarations import digest_text
from registry.domain.vocabulary import Assurance, LinkKind, WorkKind
from tests.domain.asking import (
    ALLOW,
    CONDITIONAL,
    DENY,
    GEN,
    ISRC,
    SONG,
    UPC,
    URL,
    ask,
    prove,
)
from tests.model.histories import DAY, Log, catalogue, of_location, of_work, parties


def digest_of(log: Log, record: str) -> str:
    return next(
        digest_text(entry.digest)
        for entry in log.entries
        if getattr(entry.event, "declaration", None) == record
    )


def test_a_denial_by_word_names_the_record_its_digest_and_whose_it_is() -> None:
    log = parties()
    record = log.declare("r1", of_work(log.work("r1", URL)), {GEN: DENY}, grantee="p1")
    assert ask(log, URL, asker="p1").evidence == (
        Evidence(
            matched=URL,
            how="exact",
            rightsholder="r1",
            name="R1",
            assurance=Assurance.DECLARED,
            scope="work",
            preference=DENY,
            record=record,
            digest=digest_of(log, record),
            grantee="p1",
        ),
    )


def test_conditions_are_shown_and_said_to_be_unverified_where_nothing_proves_them() -> None:
    log = parties()
    work = log.work("r1", URL)
    log.declare("r1", of_work(work), {GEN: CONDITIONAL})
    (unverified,) = ask(log, URL).evidence
    assert (unverified.preference, unverified.reason) == (CONDITIONAL, "conditions-unverified")
    assert unverified.conditions == Conditions(contact="mailto:a@artist.com")
    prove(log, "r1", work, URL)
    (verified,) = ask(log, URL).evidence
    assert (verified.conditions, verified.reason) == (unverified.conditions, None)
    assert verified.assurance is Assurance.CONTROLLED


def test_what_was_passed_over_stands_beside_the_word_with_its_reason() -> None:
    log = parties()
    allow = log.declare("r1", of_work(log.work("r1", URL)), {GEN: ALLOW})
    deny = log.declare("r1", catalogue("r1"), {GEN: DENY})
    word, passed = ask(log, URL).evidence
    assert (word.scope, word.record, word.speaks, word.reason) == ("catalogue", deny, True, None)
    assert (passed.scope, passed.record, passed.speaks) == ("work", allow, False)
    assert (passed.preference, passed.reason) == (ALLOW, "unproven")


def test_a_silent_holder_is_named_with_no_record() -> None:
    log = parties()
    work = log.work("r1", URL)
    prove(log, "r1", work, URL)
    log.declare("r1", of_work(work), {GEN: ALLOW})
    log.claim("r2", of_work(work))
    found = ask(log, URL).evidence
    assert [(each.rightsholder, each.record is None, each.reason) for each in found] == [
        ("r1", False, None),
        ("r2", True, "not-stated"),
    ]


def test_it_says_how_each_was_met() -> None:
    log = parties()
    song = log.work("r2", SONG, kind=WorkKind.COMPOSITION)
    album = log.work("r3", UPC, kind=WorkKind.RELEASE)
    log.work("r1", URL, links=[(LinkKind.EMBODIES, song), (LinkKind.PART_OF, album)])
    place = log.location("s1", "https://artist.com/")
    for by, on in (("r2", of_work(song)), ("r3", of_work(album)), ("s1", of_location(place))):
        log.declare(by, on, {GEN: DENY})
    log.grant("s1", f"{place}c", of_location(place), location="https://artist.com/")
    wide = "http://www.artist.com/X"
    met = {
        each.rightsholder: (each.matched, each.how, each.scope, each.assurance.value)
        for each in ask(log, wide).evidence
    }
    spelled = "https://www.artist.com/X"
    assert met == {
        "r1": (spelled, "wide", None, "declared"),
        "r2": (spelled, "link", "work", "declared"),
        "r3": (spelled, "link", "release", "declared"),
        "s1": (spelled, "location", "location", "controlled"),
    }


def test_a_location_that_was_met_through_a_work_names_the_works_url() -> None:
    log = parties()
    place = log.location("r1", "https://music.label.net/r/")
    log.declare("r1", of_location(place), {GEN: DENY})
    log.work("r2", "https://music.label.net/r/1", ISRC)
    first = next(each for each in ask(log, ISRC).evidence if each.rightsholder == "r1")
    assert (first.matched, first.how) == ("https://music.label.net/r/1", "location")


def test_of_several_identifiers_the_weakest_assurance_is_told() -> None:
    log = parties()
    work = log.work("r1", URL, ISRC)
    prove(log, "r1", work, URL, level=Assurance.ATTESTED)
    log.declare("r1", of_work(work), {GEN: DENY})
    levels = [ask(log, *asked).evidence[0].assurance for asked in ((URL,), (ISRC,), (URL, ISRC))]
    assert levels == [Assurance.ATTESTED, Assurance.DECLARED, Assurance.DECLARED]
    prove(log, "r1", work, ISRC)
    assert ask(log, URL, ISRC).evidence[0].assurance is Assurance.CONTROLLED


def test_a_claim_that_was_set_aside_is_named_and_does_not_speak() -> None:
    log = parties()
    work = log.work("r2", URL)
    log.declare("r2", of_work(work), {GEN: DENY})
    mine = log.claim("r1", of_work(work))
    log.grant("r1", mine, of_work(work), identifier=URL, level=Assurance.ATTESTED)
    log.add(ClaimObjected(f"{work}c", of_work(work), mine, "r1"))
    found = ask(log, URL, at=log.now + 14 * DAY).evidence
    assert [(each.rightsholder, each.speaks, each.reason) for each in found] == [
        ("r1", True, "not-stated"),
        ("r2", False, "objected"),
    ]


def test_nothing_is_shown_where_nothing_was_met() -> None:
    assert ask(parties(), URL).evidence == ()
