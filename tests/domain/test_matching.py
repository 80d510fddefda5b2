"""From identifiers to works, releases and locations: what is met, how, and through what."""

from registry.domain.events import (
    IdentifierRemovalProposed,
    LinkRemovalProposed,
    LooseningConfirmed,
)
from registry.domain.identifiers import parse_identifier
from registry.domain.locations import location_key
from registry.domain.matching import MOST_WORKS, Matches, location_keys, match
from registry.domain.state import State
from registry.domain.vocabulary import LinkKind, WorkKind
from tests.domain.asking import ISRC, SONG, UPC, URL
from tests.model.histories import T0, WAIT, Log, of_work, parties


def matched(log: Log, *identifiers: str, at: int | None = None) -> Matches:
    parsed = [parse_identifier(text) for text in identifiers]
    return match(parsed, log.now if at is None else at, State(log.entries))


def test_a_work_is_met_widely_and_where_it_is_so_exactly() -> None:
    log = parties()
    work = log.work("r1", URL, ISRC)
    found = matched(log, "https://www.artist.com/X", ISRC, "https://label.net/").works[work]
    assert (found.direct, found.met_by, found.exactly) == (True, {0, 1}, {1: log.entries[-1].seq})


def test_used_works_remember_the_identifiers_they_came_from() -> None:
    log = parties()
    song = log.work("r2", SONG, kind=WorkKind.COMPOSITION)
    sample = log.work("r3", "https://label.net/s", links=[(LinkKind.EMBODIES, song)])
    log.work("r1", URL, links=[(LinkKind.CONTAINS, sample)])
    log.work("r1", ISRC, links=[(LinkKind.EMBODIES, song)])
    found = matched(log, URL, ISRC).works
    assert {id: (w.direct, w.met_by) for id, w in found.items() if not w.direct} == {
        sample: (False, {0}),
        song: (False, {0, 1}),
    }
    assert len(found[song].links_in) == 2


def test_what_is_met_directly_is_never_merely_used() -> None:
    log = parties()
    song = log.work("r2", SONG, kind=WorkKind.COMPOSITION)
    log.work("r1", URL, links=[(LinkKind.EMBODIES, song)])
    found = matched(log, URL, SONG).works[song]
    assert (found.direct, found.met_by) == (True, {1})


def test_links_are_followed_in_the_direction_of_use_alone() -> None:
    log = parties()
    song = log.work("r2", SONG, kind=WorkKind.COMPOSITION)
    log.work("r1", URL, links=[(LinkKind.EMBODIES, song)])
    assert set(matched(log, SONG).works) == {song}


def test_releases_are_scopes_at_the_fewest_steps() -> None:
    log = parties()
    box = log.work("r1", "upc:4006381333931", kind=WorkKind.RELEASE)
    album = log.work("r1", UPC, kind=WorkKind.RELEASE, links=[(LinkKind.PART_OF, box)])
    track = log.work("r1", URL, links=[(LinkKind.PART_OF, album), (LinkKind.PART_OF, box)])
    found = matched(log, URL)
    assert set(found.releases) == {album, box}
    assert found.distances == {track: {album: 1, box: 1}}
    both = matched(log, URL, UPC)
    assert set(both.works) == {track, album}
    assert both.distances[album] == {box: 1}


def test_locations_are_found_by_the_question_and_by_the_urls_of_works() -> None:
    log = parties()
    host = log.location("r1", "https://artist.com/")
    label = log.location("r2", "https://label.net/", subdomains=True)
    log.location("r3", "https://artist.com/other/")
    work = log.work("r1", ISRC, "https://music.label.net/r/1")
    found = matched(log, "https://www.artist.com/x", ISRC).locations
    assert set(found) == {host, label}
    assert (found[host].met_by, found[host].through) == ({0}, {})
    assert (found[label].met_by, found[label].through) == (set(), {work: log.entries[-1].seq})


def test_a_location_without_subdomains_covers_its_own_host_alone() -> None:
    log = parties()
    log.location("r2", "https://label.net/")
    assert matched(log, "https://music.label.net/r/1").locations == {}


def test_the_keys_of_a_url_are_those_of_all_folders_and_hosts_above_it() -> None:
    keys = dict(location_keys("https://music.label.net/r/1"))
    for expression, from_parent_host in (
        ("music.label.net/r/1/", False),
        ("music.label.net/r/", False),
        ("music.label.net/", False),
        ("label.net/", True),
    ):
        assert keys[location_key(expression)] is from_parent_host
    assert location_key("other.net/") not in keys


def test_an_identifier_meets_until_its_removal_takes_effect() -> None:
    log = parties()
    work = log.work("r1", URL, ISRC)
    log.add(IdentifierRemovalProposed("x", work, URL, "r1", T0 + WAIT))
    assert set(matched(log, URL, at=T0 + 2 * WAIT).works) == {work}  # not confirmed
    log.add(LooseningConfirmed("x", of_work(work), "somebody"))
    assert set(matched(log, URL, at=T0 + WAIT - 1).works) == {work}
    assert matched(log, URL, at=T0 + WAIT).works == {}
    assert set(matched(log, ISRC, at=T0 + WAIT).works) == {work}
    log.claim("r2", of_work(work))  # on whose word it rests now too
    assert set(matched(log, URL, at=T0 + WAIT).works) == {work}


def test_a_link_is_followed_until_its_removal_takes_effect() -> None:
    log = parties()
    song = log.work("r2", SONG, kind=WorkKind.COMPOSITION)
    work = log.work("r1", URL)
    link = log.link("r1", work, LinkKind.EMBODIES, song)
    log.add(LinkRemovalProposed("x", link, work, "r1", T0 + WAIT))
    log.add(LooseningConfirmed("x", of_work(work), "somebody"))
    assert song in matched(log, URL, at=T0 + WAIT - 1).works
    assert song not in matched(log, URL, at=T0 + WAIT).works


def test_at_the_limit_the_works_that_were_registered_first_are_kept_whatever_the_order_asked() -> (
    None
):
    log = parties()
    first = log.work("r1", ISRC)
    for _ in range(MOST_WORKS):
        log.work("r2", URL)
    for asked in ((URL, ISRC), (ISRC, URL)):
        found = matched(log, *asked)
        assert first in found.works
        assert found.too_many
