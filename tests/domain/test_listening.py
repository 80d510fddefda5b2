"""Which word of a rightsholder is heard: scopes outwards, names before everybody, denials by name."""

import pytest

from registry.domain.operator_events import PlatformAffiliated, PlatformAffiliationEnded
from registry.domain.vocabulary import LinkKind, Preference, WorkKind
from tests.domain.asking import (
    ALLOW,
    CONDITIONAL,
    DENY,
    GEN,
    ISRC,
    SEARCH,
    UPC,
    URL,
    decided,
    prove,
)
from tests.model.histories import T0, WAIT, Log, catalogue, of_location, of_work, parties


@pytest.fixture
def log() -> Log:
    return parties()


def proved_work(log: Log) -> str:
    work = log.work("r1", URL)
    prove(log, "r1", work, URL)
    return work


def asked_by(log: Log, *askers: str | None) -> list[str]:
    return [decided(log, URL, asker=asker) for asker in askers]


@pytest.mark.parametrize("inner", list(Preference))
@pytest.mark.parametrize("outer", list(Preference))
def test_the_most_specific_scope_that_speaks_is_heard(
    log: Log, inner: Preference, outer: Preference
) -> None:
    log.declare("r1", of_work(proved_work(log)), {GEN: inner})
    log.declare("r1", catalogue("r1"), {GEN: outer})
    assert decided(log, URL) == inner


def test_the_longest_prefix_is_heard_first(log: Log) -> None:
    for url, preference in (("https://artist.com/", DENY), ("https://artist.com/x/", ALLOW)):
        place = log.location("r1", url, sole=True)
        log.grant("r1", f"{place}c", of_location(place), location=url)
        log.declare("r1", of_location(place), {GEN: preference})
    assert decided(log, URL) == "allow"
    assert decided(log, "https://artist.com/y") == "deny"


def test_at_one_scope_a_statement_that_names_the_asker_is_heard_first(log: Log) -> None:
    work = of_work(proved_work(log))
    log.declare("r1", work, {GEN: DENY})
    log.declare("r1", work, {GEN: CONDITIONAL}, grantee="p1")
    log.declare("r1", work, {GEN: ALLOW}, grantee="p2")
    assert asked_by(log, "p1", "p2", "p3", None) == ["conditional", "allow", "deny", "deny"]


def test_a_denial_by_name_yields_only_to_a_name_at_the_same_or_a_nearer_scope(log: Log) -> None:
    work = of_work(proved_work(log))
    log.declare("r1", catalogue("r1"), {GEN: DENY}, grantee="p1")
    log.declare("r1", work, {GEN: ALLOW})
    assert asked_by(log, "p1", "p2") == ["deny", "allow"]
    log.declare("r1", work, {GEN: ALLOW}, grantee="p1")
    assert asked_by(log, "p1", "p2") == ["allow", "allow"]


def test_a_denial_by_name_that_is_farther_than_a_denial_for_all_changes_nothing(log: Log) -> None:
    log.declare("r1", of_work(proved_work(log)), {GEN: DENY})
    log.declare("r1", catalogue("r1"), {GEN: ALLOW}, grantee="p1")
    assert asked_by(log, "p1", None) == ["deny", "deny"]


@pytest.mark.parametrize("preference", [DENY, CONDITIONAL])
def test_whoever_asks_as_nobody_is_not_told_of_a_permission_that_depends_on_who_asks(
    log: Log, preference: Preference
) -> None:
    work = of_work(proved_work(log))
    log.declare("r1", work, {GEN: ALLOW})
    log.declare("r1", work, {GEN: preference}, grantee="p1")
    assert asked_by(log, None, "p2") == ["unstated depends-on-asker", "allow"]


def test_a_denial_reaches_whoever_was_ever_one_of_the_group(log: Log) -> None:
    log.declare("r1", of_work(proved_work(log)), {GEN: ALLOW})
    log.declare("r1", catalogue("r1"), {GEN: DENY}, grantee="p1")
    assert decided(log, URL, asker="p2") == "allow"
    log.add(PlatformAffiliated("p2", "p1"))
    assert decided(log, URL, asker="p2") == "deny"
    log.add(PlatformAffiliationEnded("p2", "p1"))
    assert decided(log, URL, asker="p2") == "deny"


def test_a_permission_is_for_whoever_was_one_of_the_group_before_and_still_is(log: Log) -> None:
    work = of_work(proved_work(log))
    log.add(PlatformAffiliated("p2", "p1"))
    log.declare("r1", work, {GEN: DENY})
    log.declare("r1", work, {GEN: ALLOW}, grantee="p1")
    log.add(PlatformAffiliated("p3", "p1"))
    assert asked_by(log, "p1", "p2", "p3") == ["allow", "allow", "deny"]
    log.add(PlatformAffiliationEnded("p2", "p1"))
    assert asked_by(log, "p2") == ["deny"]


def test_joining_late_a_group_with_conditions_never_widens_and_may_restrict(log: Log) -> None:
    work = of_work(proved_work(log))
    log.declare("r1", work, {GEN: ALLOW})
    log.declare("r1", work, {GEN: CONDITIONAL}, grantee="p1")
    log.add(PlatformAffiliated("p2", "p1"))
    assert asked_by(log, "p1", "p2", "p3") == ["conditional", "conditional", "allow"]


def test_equal_releases_are_one_scope_and_the_stricter_is_heard(log: Log) -> None:
    albums = [log.work("r1", one, kind=WorkKind.RELEASE) for one in (UPC, ISRC)]
    for album, one, said in zip(albums, (UPC, ISRC), (ALLOW, DENY), strict=True):
        prove(log, "r1", album, one)
        log.declare("r1", of_work(album), {GEN: said})
    track = log.work("r1", URL, links=[(LinkKind.PART_OF, album) for album in albums])
    prove(log, "r1", track, URL)
    assert decided(log, URL) == "deny"


def test_the_nearer_release_is_heard_first(log: Log) -> None:
    box = log.work("r1", UPC, kind=WorkKind.RELEASE)
    album = log.work("r1", ISRC, kind=WorkKind.RELEASE, links=[(LinkKind.PART_OF, box)])
    track = log.work("r1", URL, links=[(LinkKind.PART_OF, album)])
    for work, one in ((box, UPC), (album, ISRC), (track, URL)):
        prove(log, "r1", work, one)
    log.declare("r1", of_work(box), {GEN: DENY})
    assert decided(log, URL) == "deny"
    log.declare("r1", of_work(album), {GEN: ALLOW})
    assert decided(log, URL) == "allow"


def test_silence_on_a_work_is_unstated_and_on_a_release_or_location_adds_nothing(log: Log) -> None:
    track = proved_work(log)
    log.declare("r1", of_work(track), {GEN: ALLOW})
    log.link("r2", track, LinkKind.PART_OF, log.work("r2", UPC, kind=WorkKind.RELEASE))
    log.location("r3", "https://artist.com/")
    assert decided(log, URL) == "allow"
    log.claim("s1", of_work(track))
    assert decided(log, URL) == "unstated co-owner-silent"


def test_a_location_of_whoever_speaks_of_something_else_is_unstated(log: Log) -> None:
    log.location("r1", "https://artist.com/x/")
    assert decided(log, URL) == "unregistered"
    log.declare("r1", catalogue("r1"), {GEN: DENY})
    assert decided(log, URL) == "deny"
    assert decided(log, URL, usage=SEARCH) == "unstated not-stated"


def test_a_conditional_that_waits_denies_with_its_reason(log: Log) -> None:
    work = of_work(proved_work(log))
    log.declare("r1", work, {GEN: CONDITIONAL}, takes_effect_at=T0 + WAIT)
    assert decided(log, URL) == "deny pending"
    assert decided(log, URL, at=T0 + WAIT) == "conditional"
