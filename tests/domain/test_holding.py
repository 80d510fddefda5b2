"""The scopes of a rightsholder, from the most specific outwards, and what they stand behind."""

from registry.domain.case import open_case
from registry.domain.events import DisputeOpened, LinkConfirmed
from registry.domain.holding import Holding
from registry.domain.state import State
from registry.domain.vocabulary import LinkKind, WorkKind
from tests.domain.asking import SONG, UPC, URL, prove, question
from tests.model.histories import Log, of_work, parties


def holding(log: Log, by: str, *asked: str) -> Holding:
    return Holding(open_case(question(log, *asked), State(log.entries)), by)


def outline(held: Holding, work: str) -> list[tuple[str, list[str]]]:
    """Scopes as (name, ids of places)."""
    return [
        (scope.name, [place.id if place else "-" for place, _ in scope.places])
        for scope in held.scopes_of(held.case.matches.find(work))
    ]


def test_scopes_go_from_the_work_to_releases_to_locations_to_the_catalogue() -> None:
    log = parties()
    box = log.work("r1", "upc:4006381333931", kind=WorkKind.RELEASE)
    albums = [
        log.work(
            "r1", f"https://label.net/{n}", kind=WorkKind.RELEASE, links=[(LinkKind.PART_OF, box)]
        )
        for n in range(2)
    ]
    others = log.work("r2", UPC, kind=WorkKind.RELEASE)
    links = [(LinkKind.PART_OF, album) for album in (*albums, others)]
    track = log.work("r1", "https://artist.com/a/y", links=links)
    host = log.location("r1", "https://artist.com/")
    wide_host = log.location("r1", "https://artist.com/", subdomains=True)
    folder = log.location("r1", "https://artist.com/a/")
    label = log.location("r1", "https://label.net/")
    log.location("r2", "https://artist.com/a/y/")
    held = holding(log, "r1", "https://artist.com/a/y")
    assert outline(held, track) == [
        ("work", [track]),
        ("release", sorted(albums)),
        ("release", [box]),
        ("location", [folder]),
        ("location", sorted([host, wide_host, label], reverse=True)),
        ("catalogue", ["-"]),
    ]
    assert outline(holding(log, "r2", "https://artist.com/a/y"), others)[0] == ("release", [others])


def test_a_location_of_another_works_url_is_no_scope_of_this_one() -> None:
    log = parties()
    one = log.work("r1", SONG, "https://label.net/1")
    two = log.work("r1", SONG, URL)
    label, own = log.location("r1", "https://label.net/"), log.location("r1", "https://artist.com/")
    held = holding(log, "r1", SONG)
    assert outline(held, one)[1] == ("location", [label])
    assert outline(held, two)[1] == ("location", [own])


def test_a_claim_that_ended_or_is_disputed_stands_behind_nothing() -> None:
    log = parties()
    work = log.work("r1", URL)
    second = log.claim("r1", of_work(work))
    log.add(DisputeOpened("q", second, of_work(work), "r1", ""))
    held = holding(log, "r1", URL)
    found = held.case.matches.works[work].work
    assert [claim.id for claim in held.claims(found)] == [f"{work}c", second]
    assert [claim.id for claim in held.undisputed(found)] == [f"{work}c"]


def test_whoever_is_linked_to_stands_behind_it_by_the_link_and_by_proof_of_their_own() -> None:
    log = parties()
    song = log.work("r2", SONG, kind=WorkKind.COMPOSITION)
    work = log.work("r1", URL)
    link = log.link("r1", work, LinkKind.EMBODIES, song)

    def stands_behind() -> bool:
        held = holding(log, "r2", URL)
        found = held.case.matches.works[song]
        return held.stands_behind(found, held.claims(found.work))

    assert not stands_behind()
    log.add(LinkConfirmed(link, work, "r2"))
    assert not stands_behind()
    prove(log, "r2", song, SONG)
    assert stands_behind()
