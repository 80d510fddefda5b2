"""Histories written by hand in which the fast rules once said more than the page allows, or nothing.

Each is a log, a question, and the decision that `docs/answering.md` asks for.
"""

from collections.abc import Callable
from dataclasses import dataclass

from registry.domain.events import (
    IdentifierAdded,
    IdentifierRemovalProposed,
    LinkConfirmed,
    LooseningConfirmed,
)
from registry.domain.operator_events import PlatformAffiliated, PlatformAffiliationEnded
from registry.domain.vocabulary import LinkKind, Preference, Role, Usage, WorkKind
from tests.model.histories import Asked, Log, catalogue, of_location, of_work, parties

URL, SONG, ISRC, UPC = (
    "https://artist.com/x",
    "iswc:T0345246801",
    "isrc:GBAYE0601498",
    "upc:036000291452",
)
GEN, VOICE = Usage.GENERATIVE_TRAINING, Usage.VOICE_LIKENESS


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


def whoever_confirms_the_link_is_heard() -> HardCase:
    log = parties()
    song = _allowed(log, "r2", SONG, WorkKind.COMPOSITION)
    track = _allowed(log, "r1", URL, links=((LinkKind.EMBODIES, song),))
    log.add(LinkConfirmed(link=f"{track}l0", work=track, rightsholder="r2"))
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


HARD_CASES: tuple[Callable[[], HardCase], ...] = (
    a_proven_recording_lends_no_proof_to_a_claim_on_the_performance,
    a_catalogue_does_not_permit_what_lies_under_a_host_that_is_not_solely_theirs,
    a_link_from_a_work_to_itself_confirms_nothing,
    a_link_that_leads_round_to_a_work_confirms_nothing,
    of_two_releases_at_one_distance_the_stricter_is_heard_though_the_other_names_the_asker,
    a_removal_may_be_confirmed_after_the_identifier_was_added_again,
    whoever_confirms_the_link_is_heard,
    a_deny_on_a_release_is_heard_though_its_holder_permits_the_song_inside,
    an_affiliate_is_bound_by_the_conditions_for_its_group,
    leaving_a_group_does_not_shake_off_its_conditions,
    asking_as_nobody_does_not_shake_off_conditions_for_somebody,
    others_are_not_bound_by_them,
)
