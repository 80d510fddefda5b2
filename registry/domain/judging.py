"""Does a statement in force speak? (docs/answering.md, section 5: deny, allow, conditional)

A word is enough to deny the AI categories; for a service's own uses and a whole host, and for every
permission, it takes proof.
"""

from dataclasses import dataclass
from typing import Literal

from registry.domain.dossiers import Location, Platform, Work
from registry.domain.holding import Holding, ScopeName
from registry.domain.matching import MatchedWork
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


@dataclass(frozen=True, slots=True)
class Listening:
    """Who is listened to, about which match (None: at these locations alone)."""

    holding: Holding
    match: MatchedWork | None
    locations: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """A statement in force, and where it was found (None: in the catalogue)."""

    scope: ScopeName
    place: Work | Location | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class Word:
    """A statement that speaks: what it counts as, and the reason where that is not what it says."""

    said: Said
    counts_as: Preference
    naming: Naming
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A statement that does not speak, and why."""

    said: Said
    reason: str


def judge(to: Listening, said: Said) -> Word | PassedOver:
    """What a statement counts as, or why it is passed over: `unproven`, `disputed`, `composition-unknown`."""
    preference = said.standing.preference
    if preference is Preference.DENY:
        return _judge_deny(to, said, "pending" if said.standing.pending else None)
    obstacle = _obstacle(to, said)
    if obstacle is None:
        return Word(said, preference, _naming(to, said, preference))
    if preference is Preference.CONDITIONAL:
        return _judge_deny(to, said, "conditions-unverified")
    return PassedOver(said, obstacle)


def _naming(to: Listening, said: Said, counts_as: Preference) -> Naming:
    """Whom a statement that speaks is for, as far as this asker is concerned."""
    standing = said.standing
    asker: Platform | None = to.holding.case.asker
    if standing.grantee is None:
        return "everybody"
    if names(standing, asker):
        return "asker"
    if counts_as is Preference.ALLOW or not names_for_restriction(standing, asker):
        return "somebody"
    return "asker" if counts_as is Preference.DENY else "asker, to restrict"


def _judge_deny(to: Listening, said: Said, reason: str | None) -> Word | PassedOver:
    needs_proof = (
        to.holding.case.question.usage in SERVICE_USAGES
        or (isinstance(said.place, Location) and said.place.whole_host)
        or (to.match is None and all(location.whole_host for location in to.locations))
    )
    if needs_proof and not to.holding.proof_to_deny:
        return PassedOver(said, "unproven")
    return Word(said, Preference.DENY, _naming(to, said, Preference.DENY), reason)


def _obstacle(to: Listening, said: Said) -> str | None:
    """Why an allow does not speak, or None if it does."""
    holding, match = to.holding, to.match
    claims = [] if match is None else holding.undisputed(match.work)
    there = [] if said.place is None else holding.undisputed(said.place)
    if (match is not None and not claims) or (said.place is not None and not there):
        return "disputed"
    if match is not None and match.work.kind in CARRIES_OTHER_RIGHTS:
        claims = [claim for claim in claims if claim.inside is not None]
        if not claims:
            return "composition-unknown"
    needs_performance = holding.case.question.usage is Usage.VOICE_LIKENESS
    if needs_performance:
        claims = [claim for claim in claims if claim.role is Role.PERFORMANCE]
    if not holding.proof_to_permit:
        return "unproven"
    if match is not None and match.direct:
        proved = any(holding.proves_what_it_met(match, claim) for claim in claims)
    else:
        proved = match is None or holding.stands_behind(match, claims)
    if proved and _release_stands(to, said) and _location_is_theirs(to, said, needs_performance):
        return None
    return "unproven"


def _release_stands(to: Listening, said: Said) -> bool:
    """A word that comes from a release needs proof of that release, and a link stood by."""
    if said.scope != "release" or not isinstance(said.place, Work):
        return True
    if to.match is not None and said.place.id == to.match.work.id:
        return True  # the voice of the release itself: judged with its claims
    release = to.holding.case.matches.find(said.place.id)
    return to.holding.stands_behind(release, to.holding.undisputed(said.place))


def _location_is_theirs(to: Listening, said: Said, needs_performance: bool) -> bool:
    """What comes from a location, or is heard at locations alone, needs a claim to all that lies there."""
    if isinstance(said.place, Location):
        places: tuple[Location, ...] = (said.place,)
    elif to.match is None:
        places = to.locations
    else:
        return True
    return any(
        claim.sole and (not needs_performance or claim.role is Role.PERFORMANCE)
        for place in places
        for claim in to.holding.undisputed(place)
    )
