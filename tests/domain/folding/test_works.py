"""Works, locations and claims as they stand after what happened to them."""

from registry.domain.dossiers import Location, Work
from registry.domain.events import (
    IdentifierAdded,
    IdentifierRemovalProposed,
    LinkConfirmed,
    LinkRemovalProposed,
    LooseningConfirmed,
)
from registry.domain.folding.access import the_claimed, the_work
from registry.domain.state import State
from registry.domain.vocabulary import LinkKind
from tests.domain.asking import ISRC, URL
from tests.model.histories import Log, of_location, of_work, parties


def work_of(log: Log, id: str) -> Work:
    return the_work(State(log.entries), id)


def location_of(log: Log, id: str) -> Location:
    found = the_claimed(State(log.entries), of_location(id))
    assert isinstance(found, Location)
    return found


def test_a_work_keeps_the_wide_form_of_an_identifier_only_where_it_is_another() -> None:
    log = parties()
    work = work_of(log, log.work("r1", ISRC, "https://artist.com/x", "https://www.artist.com/X"))
    assert [(held.text, held.wide) for held in work.identifiers] == [
        (ISRC, None),
        ("https://artist.com/x", None),
        ("https://www.artist.com/X", "https://artist.com/x"),
    ]


def test_adding_an_identifier_twice_holds_it_once_and_forgets_the_removals() -> None:
    log = parties()
    work = log.work("r1", URL, ISRC)
    log.add(IdentifierRemovalProposed("x", work, URL, "r1", log.now))
    assert [len(held.removals) for held in work_of(log, work).identifiers] == [1, 0]
    log.add(IdentifierAdded(work, "http://artist.com/x#again", "r1"))
    assert [(h.text, h.removals) for h in work_of(log, work).identifiers] == [(ISRC, []), (URL, [])]


def test_what_is_added_has_its_place_in_the_log_and_keeps_it_while_it_stands() -> None:
    log = parties()
    work = log.work("r1", URL)
    first = log.entries[-1].seq
    log.add(IdentifierAdded(work, ISRC, "r1"))
    later = log.entries[-1].seq
    log.add(IdentifierRemovalProposed("x", work, URL, "r1", log.now + 1))
    log.add(LooseningConfirmed("x", of_work(work), "steward"))
    log.add(IdentifierAdded(work, URL, "r1"))
    claim = log.claim("r2", of_work(work))
    held = work_of(log, work)
    assert {each.text: each.seq for each in held.identifiers} == {URL: first, ISRC: later}
    assert {each.id: each.seq for each in held.claims} == {
        f"{work}c": first,
        claim: log.entries[-1].seq,
    }


def test_an_identifier_that_was_gone_has_a_new_place_when_it_is_added_again() -> None:
    log = parties()
    work = log.work("r1", URL)
    log.add(IdentifierRemovalProposed("x", work, URL, "r1", log.now))
    log.add(LooseningConfirmed("x", of_work(work), "steward"))
    log.add(IdentifierAdded(work, URL, "r1"))
    assert [each.seq for each in work_of(log, work).identifiers] == [log.entries[-1].seq]


def test_whoever_makes_or_confirms_a_link_stands_by_it_once() -> None:
    log = parties()
    song, work = log.work("r2", ISRC), log.work("r1", URL)
    link = log.link("r1", work, LinkKind.EMBODIES, song)
    made = log.entries[-1].seq
    for by in ("r2", "r2", "r1"):
        log.add(LinkConfirmed(link, work, by))
    (held,) = work_of(log, work).links
    assert (held.to, held.kind) == (song, LinkKind.EMBODIES)
    assert [(each.rightsholder, each.seq) for each in held.stands_by] == [
        ("r1", made),
        ("r2", made + 1),
    ]
    assert held.is_stood_by("r2", made + 2)
    assert not held.is_stood_by("r2", made + 1)
    assert not held.is_stood_by("r3", made + 9)
    log.add(LinkRemovalProposed("x", link, work, "r1", log.now))
    assert [gone.by for gone in work_of(log, work).links[0].removals] == ["r1"]


def test_links_that_come_with_a_work_are_stood_by_its_claimant() -> None:
    log = parties()
    song = log.work("r2", ISRC)
    work = work_of(log, log.work("r1", URL, links=[(LinkKind.EMBODIES, song)]))
    (link,) = work.links
    assert [(each.rightsholder, each.seq) for each in link.stands_by] == [
        ("r1", log.entries[-1].seq)
    ]


def test_locations_rank_by_path_segments_and_then_by_host_labels() -> None:
    log = parties()
    urls = [
        "https://artist.com/",
        "https://music.artist.com/",
        "https://artist.com/a/",
        "https://artist.com/a/b/",
    ]
    places = [location_of(log, log.location("r1", url)) for url in urls]
    assert sorted(places, key=lambda place: place.rank) == places
    assert [place.whole_host for place in places] == [True, True, False, False]


def test_a_location_with_subdomains_says_so() -> None:
    log = parties()
    place = location_of(log, log.location("r1", "https://artist.com/", subdomains=True, sole=True))
    assert (place.subdomains, place.claims[0].sole, place.expression) == (True, True, "artist.com/")


def test_one_more_claim_stands_beside_the_first() -> None:
    log = parties()
    work = log.work("r1", URL)
    log.claim("r2", of_work(work), inside="none")
    claims = work_of(log, work).claims
    assert [(claim.rightsholder, claim.inside) for claim in claims] == [
        ("r1", "mine"),
        ("r2", "none"),
    ]
