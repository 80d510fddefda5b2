"""Histories written by hand in which the fast rules once said more than the page allows, or nothing.

Each is a log, a question, and the decision that `docs/answering.md` asks for.
"""

from collections.abc import Callable
from dataclasses import dataclass

from registry.domain.events import (
    AssuranceLapsed,
    IdentifierAdded,
    IdentifierRemovalProposed,
    LinkConfirmed,
    LooseningConfirmed,
)
from registry.domain.identifiers import parse_identifier
from registry.domain.operator_events import PlatformAffiliated, PlatformAffiliationEnded
from registry.domain.vocabulary import Assurance, LinkKind, Preference, Role, Usage, WorkKind
from tests.model.histories import DAY, Asked, Log, catalogue, of_location, of_work, parties

URL, SONG, ISRC, UPC = (
    "https://artist.com/x",
    "iswc:T0345246801",
    "isrc:GBAYE0601498",
    str(parse_identifier("upc:036000291452")),
)
NEXT_ISRC = "isrc:GBAYE0601477"
SITE = "https://artist.com/"
GEN, VOICE, SEARCH = Usage.GENERATIVE_TRAINING, Usage.VOICE_LIKENESS, Usage.SEARCH


@dataclass(frozen=True)
class HardCase:
    log: Log
    asked: Asked
    decision: str


def _asked(log: Log, usage: Usage = GEN, asker: str | None = None) -> Asked:
    return Asked((URL,), usage, asker, log.now)


def _allowed(
    log: Log,
    by: str,
    identifier: str,
    kind: WorkKind = WorkKind.RECORDING,
    usage: Usage = GEN,
    links: tuple[tuple[LinkKind, str], ...] = (),
) -> str:
    work = log.work(by, identifier, kind=kind, links=links)
    log.grant(by, f"{work}c", of_work(work), identifier=identifier)
    log.declare(by, of_work(work), {usage: Preference.ALLOW})
    return work


def a_proven_recording_lends_no_proof_to_a_claim_on_the_performance() -> HardCase:
    log = parties()
    work = _allowed(log, "r1", URL, usage=VOICE)
    log.claim("r1", of_work(work), role=Role.PERFORMANCE)
    return HardCase(log, _asked(log, VOICE), "unstated")


def a_catalogue_does_not_permit_what_lies_under_a_host_that_is_not_solely_theirs() -> HardCase:
    log = parties()
    place = log.location("r1", "https://artist.com/", sole=False)
    log.grant("r1", f"{place}c", of_location(place), location="https://artist.com/")
    log.declare("r1", catalogue("r1"), {GEN: Preference.ALLOW})
    return HardCase(log, _asked(log), "unstated")


def a_link_from_a_work_to_itself_confirms_nothing() -> HardCase:
    log = parties()
    song = _allowed(log, "r2", SONG, WorkKind.COMPOSITION)
    _allowed(log, "r1", URL, links=((LinkKind.EMBODIES, song),))
    log.link("r2", song, LinkKind.CONTAINS, song)
    return HardCase(log, _asked(log), "unstated")


def a_link_that_leads_round_to_a_work_confirms_nothing() -> HardCase:
    log = parties()
    song = _allowed(log, "r2", SONG, WorkKind.COMPOSITION)
    other = _allowed(log, "r2", ISRC, WorkKind.COMPOSITION, links=((LinkKind.EMBODIES, song),))
    _allowed(log, "r1", URL, links=((LinkKind.EMBODIES, song),))
    log.link("r2", song, LinkKind.CONTAINS, other)
    return HardCase(log, _asked(log), "unstated")


def of_two_releases_at_one_distance_the_stricter_is_heard_though_the_other_names_the_asker() -> (
    HardCase
):
    log = parties()
    kind = WorkKind.RELEASE
    releases = [log.work("r1", identifier, kind=kind) for identifier in (UPC, ISRC)]
    for release, identifier in zip(releases, (UPC, ISRC), strict=True):
        log.grant("r1", f"{release}c", of_work(release), identifier=identifier)
    track = log.work("r1", URL, links=[(LinkKind.PART_OF, release) for release in releases])
    log.grant("r1", f"{track}c", of_work(track), identifier=URL)
    log.declare("r1", of_work(releases[0]), {GEN: Preference.ALLOW}, grantee="p1")
    log.declare("r1", of_work(releases[1]), {GEN: Preference.DENY})
    return HardCase(log, _asked(log, asker="p1"), "deny")


def of_two_releases_at_one_distance_one_reason_is_given_though_both_ask_first() -> HardCase:
    log = parties()
    releases = [log.work("r1", one, kind=WorkKind.RELEASE) for one in (UPC, ISRC)]
    log.work("r1", URL, links=[(LinkKind.PART_OF, release) for release in releases])
    for release, waits in zip(releases, (0, DAY), strict=True):
        log.declare(
            "r1",
            of_work(release),
            {GEN: Preference.CONDITIONAL},
            takes_effect_at=log.now + waits,
        )
    return HardCase(log, _asked(log), "deny")


def a_removal_may_be_confirmed_after_the_identifier_was_added_again() -> HardCase:
    log = parties()
    work = log.work("r1", URL)
    log.declare("r1", of_work(work), {GEN: Preference.DENY})
    log.add(
        IdentifierRemovalProposed(
            loosening="z", work=work, identifier=URL, rightsholder="r1", takes_effect_at=log.now
        )
    )
    log.add(IdentifierAdded(work=work, identifier=URL, rightsholder="r1"))
    log.add(LooseningConfirmed(loosening="z", subject=of_work(work), authority="a"))
    return HardCase(log, _asked(log), "deny")


def whoever_confirms_the_link_before_saying_yes_is_heard() -> HardCase:
    log = parties()
    song = log.work("r2", SONG, kind=WorkKind.COMPOSITION)
    log.grant("r2", f"{song}c", of_work(song), identifier=SONG)
    track = _allowed(log, "r1", URL, links=((LinkKind.EMBODIES, song),))
    log.add(LinkConfirmed(link=f"{track}l0", work=track, rightsholder="r2"))
    log.declare("r2", of_work(song), {GEN: Preference.ALLOW})
    return HardCase(log, _asked(log), "allow")


def a_deny_on_a_release_is_heard_though_its_holder_permits_the_song_inside() -> HardCase:
    log = parties()
    song = _allowed(log, "r3", SONG, WorkKind.COMPOSITION)
    release = log.work("r3", UPC, kind=WorkKind.RELEASE)
    log.declare("r3", of_work(release), {GEN: Preference.DENY})
    links = ((LinkKind.EMBODIES, song), (LinkKind.PART_OF, release))
    track = _allowed(log, "r1", URL, links=links)
    log.add(LinkConfirmed(link=f"{track}l0", work=track, rightsholder="r3"))
    return HardCase(log, _asked(log), "deny")


def _conditional_for_a_group() -> Log:
    """p1 is an affiliate of p2; everybody may, p2 under conditions."""
    log = parties()
    log.add(PlatformAffiliated(platform="p1", parent="p2"))
    work = _allowed(log, "r1", URL)
    log.declare("r1", of_work(work), {GEN: Preference.CONDITIONAL}, grantee="p2")
    return log


def an_affiliate_is_bound_by_the_conditions_for_its_group() -> HardCase:
    log = _conditional_for_a_group()
    return HardCase(log, _asked(log, asker="p1"), "conditional")


def leaving_a_group_does_not_shake_off_its_conditions() -> HardCase:
    log = _conditional_for_a_group()
    log.add(PlatformAffiliationEnded(platform="p1", parent="p2"))
    return HardCase(log, _asked(log, asker="p1"), "conditional")


def asking_as_nobody_does_not_shake_off_conditions_for_somebody() -> HardCase:
    log = _conditional_for_a_group()
    return HardCase(log, _asked(log), "unstated")


def others_are_not_bound_by_them() -> HardCase:
    log = _conditional_for_a_group()
    return HardCase(log, _asked(log, asker="p3"), "allow")


# --- What is added after a yes -----------------------------------------------------------------------


def _about(log: Log, identifier: str, decision: str, usage: Usage = GEN) -> HardCase:
    return HardCase(log, Asked((identifier,), usage, None, log.now), decision)


def _label(usage: Usage = GEN) -> tuple[Log, str]:
    """r1 has a track, proves all its ISRCs and allows in the whole catalogue."""
    log = parties()
    track = log.work("r1", ISRC)
    log.grant("r1", f"{track}c", of_work(track), prefix="isrc:GBAYE")
    log.declare("r1", catalogue("r1"), {usage: Preference.ALLOW})
    return log, track


def _album() -> tuple[Log, str, str]:
    """r1 has a track and a release, proved and not linked yet, and allows on the release."""
    log = parties()
    release = log.work("r1", UPC, kind=WorkKind.RELEASE)
    log.grant("r1", f"{release}c", of_work(release), identifier=UPC)
    track = log.work("r1", ISRC)
    log.grant("r1", f"{track}c", of_work(track), prefix="isrc:GBAYE")
    log.declare("r1", of_work(release), {GEN: Preference.ALLOW})
    return log, release, track


def _site(*, sole: bool = True) -> tuple[Log, str]:
    """r1 proves a site and allows there."""
    log = parties()
    site = log.location("r1", SITE, sole=sole)
    log.grant("r1", f"{site}c", of_location(site), location=SITE)
    log.declare("r1", of_location(site), {GEN: Preference.ALLOW})
    return log, site


def a_catalogue_does_not_permit_a_work_registered_later() -> HardCase:
    log, _ = _label()
    log.work("r1", NEXT_ISRC)
    return _about(log, NEXT_ISRC, "unstated")


def a_release_does_not_permit_a_track_registered_later() -> HardCase:
    log, release, _ = _album()
    log.work("r1", NEXT_ISRC, links=[(LinkKind.PART_OF, release)])
    return _about(log, NEXT_ISRC, "unstated")


def a_location_does_not_permit_a_work_registered_later() -> HardCase:
    log, _ = _site()
    log.work("r1", URL)
    return _about(log, URL, "unstated")


def a_voice_is_not_permitted_by_a_performance_claimed_later() -> HardCase:
    log, track = _label(VOICE)
    log.claim("r1", of_work(track), role=Role.PERFORMANCE)
    return _about(log, ISRC, "unstated", VOICE)


def what_is_inside_does_not_count_where_it_is_stated_later() -> HardCase:
    log = parties()
    track = log.work("r1", ISRC, inside=None)
    log.grant("r1", f"{track}c", of_work(track), prefix="isrc:GBAYE")
    log.declare("r1", of_work(track), {GEN: Preference.ALLOW})
    log.claim("r1", of_work(track), inside="mine")
    return _about(log, ISRC, "unstated")


def an_identifier_added_later_is_not_permitted_though_its_prefix_is_proved() -> HardCase:
    log, track = _label()
    log.add(IdentifierAdded(work=track, identifier=NEXT_ISRC, rightsholder="r1"))
    return _about(log, NEXT_ISRC, "unstated")


def _take_away(log: Log, work: str, identifier: str) -> None:
    act = log.new("z")
    log.add(
        IdentifierRemovalProposed(
            loosening=act,
            work=work,
            identifier=identifier,
            rightsholder="r1",
            takes_effect_at=log.now,
        )
    )
    log.add(LooseningConfirmed(loosening=act, subject=of_work(work), authority="a"))


def an_identifier_that_was_gone_and_is_back_is_not_permitted() -> HardCase:
    log, track = _label()
    _take_away(log, track, ISRC)
    log.add(IdentifierAdded(work=track, identifier=ISRC, rightsholder="r1"))
    return _about(log, ISRC, "unstated")


def an_identifier_added_once_more_stays_permitted() -> HardCase:
    log, track = _label()
    log.add(IdentifierAdded(work=track, identifier=ISRC, rightsholder="r1"))
    return _about(log, ISRC, "allow")


def a_release_does_not_permit_a_track_linked_to_it_later() -> HardCase:
    log, release, track = _album()
    log.link("r1", track, LinkKind.PART_OF, release)
    return _about(log, ISRC, "unstated")


def a_song_is_not_permitted_where_its_author_confirms_the_link_later() -> HardCase:
    log = parties()
    song = _allowed(log, "r2", SONG, WorkKind.COMPOSITION)
    track = _allowed(log, "r1", URL, links=((LinkKind.EMBODIES, song),))
    log.add(LinkConfirmed(link=f"{track}l0", work=track, rightsholder="r2"))
    return HardCase(log, _asked(log), "unstated")


def a_link_confirmed_once_more_stays_confirmed() -> HardCase:
    case = whoever_confirms_the_link_before_saying_yes_is_heard()
    made = next(e.event for e in case.log.entries if isinstance(e.event, LinkConfirmed))
    case.log.add(made)
    return case


def a_location_claimed_later_as_solely_theirs_does_not_permit() -> HardCase:
    log, site = _site(sole=False)
    log.claim("r1", of_location(site), role=Role.OTHER, sole=True)
    return HardCase(log, _asked(log), "unstated")


def a_catalogue_does_not_permit_at_a_location_claimed_later_as_solely_theirs() -> HardCase:
    log = parties()
    site = log.location("r1", SITE, sole=False)
    log.grant("r1", f"{site}c", of_location(site), location=SITE)
    log.declare("r1", catalogue("r1"), {GEN: Preference.ALLOW})
    log.claim("r1", of_location(site), role=Role.OTHER, sole=True)
    return HardCase(log, _asked(log), "unstated")


def conditions_in_the_place_of_a_yes_reach_no_further_than_it_did() -> HardCase:
    log, track = _label()
    reach = len(log.entries) - 1
    log.add(IdentifierAdded(work=track, identifier=NEXT_ISRC, rightsholder="r1"))
    log.declare("r1", catalogue("r1"), {GEN: Preference.CONDITIONAL}, reach=reach)
    return _about(log, NEXT_ISRC, "deny")


def conditions_in_the_place_of_a_yes_hold_for_what_it_reached() -> HardCase:
    case = conditions_in_the_place_of_a_yes_reach_no_further_than_it_did()
    return _about(case.log, ISRC, "conditional")


def a_track_that_was_there_stays_permitted_when_others_come() -> HardCase:
    log, _ = _label()
    log.work("r1", NEXT_ISRC)
    return _about(log, ISRC, "allow")


def an_unproven_yes_at_a_strangers_location_stops_nobody() -> HardCase:
    log = parties()
    _allowed(log, "r1", URL)
    site = log.location("s1", SITE)
    log.declare("s1", of_location(site), {GEN: Preference.ALLOW})
    return HardCase(log, _asked(log), "allow")


def a_no_at_a_strangers_location_under_their_own_path_is_heard() -> HardCase:
    log = parties()
    _allowed(log, "r1", "https://artist.com/a/y")
    site = log.location("s1", "https://artist.com/a/")
    log.declare("s1", of_location(site), {GEN: Preference.DENY})
    return _about(log, "https://artist.com/a/y", "deny")


# --- A proof that lapses -----------------------------------------------------------------------------


def _lapsed(said: Preference, decision: str) -> HardCase:
    """In a category in which a denial needs proof too."""
    log = parties()
    track = log.work("r1", ISRC)
    grant = log.grant("r1", f"{track}c", of_work(track), identifier=ISRC)
    log.declare("r1", of_work(track), {SEARCH: said})
    log.add(
        AssuranceLapsed(
            grant=grant,
            claim=f"{track}c",
            subject=of_work(track),
            rightsholder="r1",
            reason="not seen",
        )
    )
    return _about(log, ISRC, decision, SEARCH)


def a_proof_that_has_lapsed_still_denies() -> HardCase:
    return _lapsed(Preference.DENY, "deny")


def a_proof_that_has_lapsed_permits_nothing() -> HardCase:
    return _lapsed(Preference.ALLOW, "unstated")


def the_proof_of_a_yes_at_a_location_proves_the_no_there() -> HardCase:
    log = parties()
    site = log.location("r1", "https://artist.com/", sole=True)
    log.grant("r1", f"{site}c", of_location(site), prefix="isrc:GBAYE", level=Assurance.ATTESTED)
    work = log.work("r2", ISRC, URL)
    log.grant("r2", f"{work}c", of_work(work), identifier=ISRC, level=Assurance.ATTESTED)
    log.declare("r2", of_work(work), {GEN: Preference.ALLOW})
    log.declare("r1", of_location(site), {GEN: Preference.DENY})
    log.declare("r1", catalogue("r1"), {GEN: Preference.ALLOW})
    return HardCase(log, Asked((ISRC,), GEN, None, log.now), "deny")


ADDED_LATER: tuple[Callable[[], HardCase], ...] = (
    a_catalogue_does_not_permit_a_work_registered_later,
    a_release_does_not_permit_a_track_registered_later,
    a_location_does_not_permit_a_work_registered_later,
    a_voice_is_not_permitted_by_a_performance_claimed_later,
    what_is_inside_does_not_count_where_it_is_stated_later,
    an_identifier_added_later_is_not_permitted_though_its_prefix_is_proved,
    an_identifier_that_was_gone_and_is_back_is_not_permitted,
    a_release_does_not_permit_a_track_linked_to_it_later,
    a_song_is_not_permitted_where_its_author_confirms_the_link_later,
    a_location_claimed_later_as_solely_theirs_does_not_permit,
    a_catalogue_does_not_permit_at_a_location_claimed_later_as_solely_theirs,
)
"""In each, a standing yes does not reach what came later; said again, it would."""

HARD_CASES: tuple[Callable[[], HardCase], ...] = (
    a_proven_recording_lends_no_proof_to_a_claim_on_the_performance,
    a_catalogue_does_not_permit_what_lies_under_a_host_that_is_not_solely_theirs,
    a_link_from_a_work_to_itself_confirms_nothing,
    a_link_that_leads_round_to_a_work_confirms_nothing,
    of_two_releases_at_one_distance_the_stricter_is_heard_though_the_other_names_the_asker,
    of_two_releases_at_one_distance_one_reason_is_given_though_both_ask_first,
    a_removal_may_be_confirmed_after_the_identifier_was_added_again,
    whoever_confirms_the_link_before_saying_yes_is_heard,
    a_deny_on_a_release_is_heard_though_its_holder_permits_the_song_inside,
    an_affiliate_is_bound_by_the_conditions_for_its_group,
    leaving_a_group_does_not_shake_off_its_conditions,
    asking_as_nobody_does_not_shake_off_conditions_for_somebody,
    others_are_not_bound_by_them,
    *ADDED_LATER,
    an_identifier_added_once_more_stays_permitted,
    a_link_confirmed_once_more_stays_confirmed,
    conditions_in_the_place_of_a_yes_reach_no_further_than_it_did,
    conditions_in_the_place_of_a_yes_hold_for_what_it_reached,
    a_track_that_was_there_stays_permitted_when_others_come,
    an_unproven_yes_at_a_strangers_location_stops_nobody,
    a_no_at_a_strangers_location_under_their_own_path_is_heard,
    a_proof_that_has_lapsed_still_denies,
    a_proof_that_has_lapsed_permits_nothing,
    the_proof_of_a_yes_at_a_location_proves_the_no_there,
)
