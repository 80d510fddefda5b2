"""The scopes of a rightsholder, from the most specific outwards, and what they stand behind."""

from registry.domain.events import DisputeOpened, IdentifierAdded, LinkConfirmed
from registry.domain.holding import Holding
from registry.domain.proof import EVERYTHING
from registry.domain.vocabulary import LinkKind, WorkKind
from tests.domain.asking import ISRC, SONG, UPC, URL, opened, prove
from tests.model.histories import Log, of_work, parties


def holding(log: Log, by: str, *asked: str) -> Holding:
    return Holding(opened(log, *asked), by)


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
    assert [claim.id for claim in held.behind(found, EVERYTHING)] == [f"{work}c"]


def test_a_claim_made_later_stands_behind_nothing_that_was_permitted_before() -> None:
    log = parties()
    work = log.work("r1", URL)
    reach = len(log.entries)
    log.claim("r1", of_work(work))
    held = holding(log, "r1", URL)
    found = held.case.matches.works[work].work
    assert [claim.id for claim in held.behind(found, reach)] == [f"{work}c"]
    assert held.behind(found, reach - 1) == []


def test_whoever_is_linked_to_stands_behind_it_by_the_link_and_by_proof_of_their_own() -> None:
    log = parties()
    song = log.work("r2", SONG, kind=WorkKind.COMPOSITION)
    work = log.work("r1", URL)
    link = log.link("r1", work, LinkKind.EMBODIES, song)

    def stands_behind(reach: int = EVERYTHING) -> bool:
        held = holding(log, "r2", URL)
        found = held.case.matches.works[song]
        claims = held.claims(found.work)
        return held.is_led_to(found, reach) and held.proves_its_own(found.work, claims, reach)

    assert not stands_behind()
    log.add(LinkConfirmed(link, work, "r2"))
    assert not stands_behind()
    confirmed = log.entries[-1].seq
    prove(log, "r2", song, SONG)
    assert stands_behind()
    assert stands_behind(reach=confirmed + 1)
    assert not stands_behind(reach=confirmed)


def test_whoever_permits_stands_by_the_whole_way_from_what_was_asked_about() -> None:
    log = parties()
    far = log.work("r2", "https://label.net/far")
    middle = log.work("r3", SONG, links=[(LinkKind.CONTAINS, far)])
    near = log.work("r1", URL, links=[(LinkKind.EMBODIES, middle)])

    def led_to() -> list[str]:
        held = holding(log, "r2", URL)
        found = held.case.matches.reached()
        return [each.work.id for each in found if held.is_led_to(each, EVERYTHING)]

    log.add(LinkConfirmed(f"{middle}l0", middle, "r2"))
    assert led_to() == []
    log.add(LinkConfirmed(f"{near}l0", near, "r2"))
    assert sorted(led_to()) == sorted([middle, far])


def test_a_work_lies_under_a_location_by_a_url_within_reach() -> None:
    log = parties()
    work = log.work("r1", ISRC)
    place = log.location("r1", "https://artist.com/")
    reach = len(log.entries)
    log.add(IdentifierAdded(work, URL, "r1"))

    def lies(asked: str, reach: int) -> bool:
        held = holding(log, "r1", asked)
        found, location = held.case.matches.works[work], held.case.matches.locations[place]
        return held.lies_under(found, location.location, reach)

    assert lies(ISRC, EVERYTHING)
    assert not lies(ISRC, reach)
    assert lies(URL, reach)  # the question itself names the address
