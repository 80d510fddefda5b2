"""Does a statement in force speak? (docs/answering.md, section 5: deny, allow, conditional)

A word is enough to deny the AI categories; for a service's own uses and a whole host, and for every
permission, it takes proof.
"""

from typing import Literal

import msgspec

from registry.domain.dossiers import Location, Platform, Work
from registry.domain.holding import Holding, ScopeName
from registry.domain.matching import MatchedWork
from registry.domain.proof import EVERYTHING
from registry.domain.standing import Standing, names, names_for_restriction
from registry.domain.vocabulary import (
    CARRIES_OTHER_RIGHTS,
    SERVICE_USAGES,
    Preference,
    Role,
    Usage,
)

Naming = Literal["everybody", "asker", "asker, to restrict", "somebody"]
"""Whom a statement is for: everybody, the asker by name, the asker by name but only to restrict
(an affiliate that joined late or left), or somebody else."""


class Listening(msgspec.Struct, frozen=True, gc=False):
    """Who is listened to, about which match (None: at these locations alone)."""

    holding: Holding
    match: MatchedWork | None
    locations: tuple[Location, ...] = ()


class Said(msgspec.Struct, frozen=True, gc=False):
    """A statement in force, and where it was found (None: in the catalogue)."""

    scope: ScopeName
    place: Work | Location | None
    standing: Standing


class Word(msgspec.Struct, frozen=True, gc=False):
    """A statement that speaks: what it counts as, and the reason where that is not what it says."""

    said: Said
    counts_as: Preference
    naming: Naming
    reason: str | None = None


class PassedOver(msgspec.Struct, frozen=True, gc=False):
    """A statement that does not speak, and why."""

    said: Said
    reason: str


def judge_unverified(to: Listening, said: Said) -> Word | PassedOver:
    """What a conditional counts as that lacks what it takes to permit."""
    return _judge_deny(to, said, "conditions-unverified")


def judge(to: Listening, said: Said) -> Word | PassedOver:
    """What a statement counts as, or why it is passed over: `disputed`, `composition-unknown`, `unproven`, or
    `added-later` where nothing is missing but that it was declared after what it would rest on."""
    preference = said.standing.preference
    if preference is Preference.DENY:
        return _judge_deny(to, said, "pending" if said.standing.pending else None)
    obstacle = _obstacle(to, said)
    if obstacle is None:
        return Word(said, preference, _naming(to, said, preference))
    if preference is Preference.CONDITIONAL:
        return judge_unverified(to, said)
    return PassedOver(said, obstacle)


def _naming(to: Listening, said: Said, counts_as: Preference) -> Naming:
    """Whom a statement that speaks is for, as far as this asker is concerned."""
    standing = said.standing
    asker: Platform | None = to.holding.case.sitting.asker
    if standing.grantee is None:
        return "everybody"
    if names(standing, asker):
        return "asker"
    if counts_as is Preference.ALLOW or not names_for_restriction(standing, asker):
        return "somebody"
    return "asker" if counts_as is Preference.DENY else "asker, to restrict"


def _judge_deny(to: Listening, said: Said, reason: str | None) -> Word | PassedOver:
    needs_proof = (
        to.holding.case.sitting.usage in SERVICE_USAGES
        or (isinstance(said.place, Location) and said.place.whole_host)
        or (to.match is None and all(location.whole_host for location in to.locations))
    )
    if needs_proof and not to.holding.proof_to_deny:
        return PassedOver(said, "unproven")
    return Word(said, Preference.DENY, _naming(to, said, Preference.DENY), reason)


def _obstacle(to: Listening, said: Said) -> str | None:
    """Why an allow does not speak, or None if it does."""
    reach = said.standing.reach
    if _missing(to, said, reach) is None:
        return None
    return _missing(to, said, EVERYTHING) or "added-later"


def _missing(to: Listening, said: Said, reach: int) -> str | None:
    """What an allow lacks that reaches so far into the log."""
    holding, match = to.holding, to.match
    claims = [] if match is None else holding.behind(match.work, reach)
    there = [] if said.place is None else holding.behind(said.place, reach)
    if (match is not None and not claims) or (said.place is not None and not there):
        return "disputed"
    if match is not None and match.work.kind in CARRIES_OTHER_RIGHTS:
        claims = [claim for claim in claims if claim.inside is not None]
        if not claims:
            return "composition-unknown"
    needs_performance = holding.case.sitting.usage is Usage.VOICE_LIKENESS
    if needs_performance:
        claims = [claim for claim in claims if claim.role is Role.PERFORMANCE]
    if not holding.proof_to_permit(reach):
        return "unproven"
    if match is not None and match.direct:
        proved = True in [holding.proves_what_it_met(match, claim, reach) for claim in claims]
    else:
        proved = match is None or (
            holding.is_led_to(match, reach) and holding.proves_its_own(match.work, claims, reach)
        )
    if proved and _release_is_theirs(to, said, reach):
        theirs = _location_is_theirs(to, said, reach, needs_performance=needs_performance)
        return None if theirs else "unproven"
    return "unproven"


def _release_is_theirs(to: Listening, said: Said, reach: int) -> bool:
    """A word that comes from a release needs proof of that release, and a way to it that they stand by: for
    a conditional, no longer than the one by which it was found."""
    match, place = to.match, said.place
    if said.scope != "release" or not isinstance(place, Work):
        return True
    if match is None or place.id == match.work.id:
        return True  # the voice of the release itself: judged with its claims
    steps = to.holding.leads_to(match, reach).get(place.id)
    if steps is None or (
        said.standing.preference is Preference.CONDITIONAL
        and steps > to.holding.case.matches.distances[match.work.id][place.id]
    ):
        return False
    return to.holding.proves_its_own(place, to.holding.behind(place, reach), reach)


def _location_is_theirs(to: Listening, said: Said, reach: int, *, needs_performance: bool) -> bool:
    """What comes from a location, or is heard at locations alone, needs a claim to all that lies there; and
    what it permits has to lie there."""
    if isinstance(said.place, Location):
        if to.match is not None and not to.holding.lies_under(to.match, said.place, reach):
            return False
        places: tuple[Location, ...] = (said.place,)
    elif to.match is None:
        places = to.locations
    else:
        return True
    return any(
        claim.sole and (not needs_performance or claim.role is Role.PERFORMANCE)
        for place in places
        for claim in to.holding.behind(place, reach)
    )
