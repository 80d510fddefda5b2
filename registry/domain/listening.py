"""What one rightsholder says about one match: from the most specific scope outwards, the first
statement that speaks (docs/answering.md, section 5)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Literal

from registry.domain.dossiers import HeldClaim, HeldDeclaration, Location, Work
from registry.domain.matching import Case, MatchedWork
from registry.domain.proof import Proofs, proof_for_denial, proof_for_permission
from registry.domain.standing import Standing, in_force, names, names_for_restriction
from registry.domain.vocabulary import (
    CARRIES_OTHER_RIGHTS,
    SERVICE_USAGES,
    Decision,
    Preference,
    Role,
    Usage,
)

ScopeName = Literal["work", "release", "location", "catalogue"]
Naming = Literal["everybody", "asker", "asker, to restrict", "somebody"]
"""Whom a statement is for: everybody, the asker by name, the asker by name but only to restrict
(an affiliate that joined late or left), or somebody else."""

_MOST_RESTRICTIVE_FIRST = (Preference.DENY, Preference.CONDITIONAL, Preference.ALLOW)


@dataclass(frozen=True, slots=True)
class Scope:
    """One step outwards: its name and the subjects that stand there (equals are one scope).

    A place is a work or a location, or None for the catalogue.
    """

    name: ScopeName
    places: tuple[tuple[Work | Location | None, list[HeldDeclaration]], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A statement in force, and where it was found."""

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


@dataclass(slots=True)
class Voice:
    """What a rightsholder says about a match, or (None) at `locations`. `decision` None adds nothing."""

    rightsholder: str
    match: MatchedWork | None
    locations: list[Location] = field(default_factory=list)
    decision: Decision | None = None
    reasons: list[str] = field(default_factory=list)
    word: Word | None = None
    passed_over: list[PassedOver] = field(default_factory=list)
    disputed: bool = False


class Holding:
    """One rightsholder in one case: what they hold of what was reached, and their proof."""

    def __init__(self, case: Case, id: str) -> None:
        self.case = case
        self.id = id
        self.dossier = case.rightsholder(id)
        self.proofs = Proofs(self.dossier)

    @cached_property
    def proof_to_deny(self) -> bool:
        return proof_for_denial(self.case, self.proofs)

    @cached_property
    def proof_to_permit(self) -> bool:
        return proof_for_permission(self.case, self.proofs)

    @cached_property
    def locations(self) -> list[Location]:
        """Their locations that were found, longest prefix first."""
        found = [each.location for each in self.case.matches.locations.values()]
        mine = [location for location in found if self.case.claims(location, self.id)]
        return sorted(mine, key=lambda location: (location.rank, location.id), reverse=True)

    def holds(self, claimed: Work | Location) -> bool:
        return bool(self.case.claims(claimed, self.id))

    def undisputed(self, claimed: Work | Location) -> list[HeldClaim]:
        return [claim for claim in self.case.claims(claimed, self.id) if not claim.disputes]

    def stands_behind(self, found: MatchedWork, claims: list[HeldClaim]) -> bool:
        """For what a link leads to: one of its own identifiers proved by one of these claims, and a link
        stood by that leads to it (and not only round to it from itself)."""
        mine = [source for source, link in found.links_in if self.id in link.stands_by]
        if not mine or self.case.matches.reached_without(found.work.id).isdisjoint(mine):
            return False
        t = self.case.question.at
        return any(self.proofs.proves_any_of(claim, found.work, t) for claim in claims)

    def proves_what_it_met(self, found: MatchedWork, claim: HeldClaim) -> bool:
        """For a permission: does this one claim prove every identifier of the question that met the work?"""
        met = self.case.met_directly(found)
        return all(self.proofs.proves(claim, each, permission=True) for each in met)

    # -- scopes, from the most specific outwards --

    def scopes_of(self, found: MatchedWork) -> list[Scope]:
        """Work, releases by distance, locations by prefix, catalogue; a release begins at releases."""
        matches = self.case.matches
        distances = matches.distances.get(found.work.id)
        scopes = []
        if distances is None:
            distances = {}
            scopes.append(Scope("release", ((found.work, found.work.declarations),)))
        else:
            scopes.append(Scope("work", ((found.work, found.work.declarations),)))
        reached = {id: matches.find(id) for id in distances}
        mine = sorted((d, id) for id, d in distances.items() if self.holds(reached[id].work))
        for _, group in groupby(mine, key=lambda pair: pair[0]):
            works = [reached[id].work for _, id in group]
            scopes.append(Scope("release", tuple((work, work.declarations) for work in works)))
        return [*scopes, *self.outwards_from(self.locations_around(found))]

    def locations_around(self, found: MatchedWork) -> list[Location]:
        """Their locations which cover a URL of the question, or of this work or its releases."""
        matches = self.case.matches
        near = {found.work.id, *matches.distances.get(found.work.id, ())}
        return [
            location
            for location in self.locations
            if matches.locations[location.id].met_by
            or matches.locations[location.id].through & near
        ]

    def outwards_from(self, locations: list[Location]) -> list[Scope]:
        scopes = [
            Scope("location", tuple((location, location.declarations) for location in equals))
            for _, equals in groupby(locations, key=lambda location: location.rank)
        ]
        return [*scopes, Scope("catalogue", ((None, self.dossier.declarations),))]


def listen_to_holder_of(holding: Holding, found: MatchedWork) -> Voice:
    """The voice of a rightsholder who holds a matched or used work, or a release that was reached."""
    voice = Voice(holding.id, found)
    voice.disputed = any(claim.disputes for claim in holding.case.claims(found.work, holding.id))
    only_a_scope = found.work.id not in holding.case.matches.works
    return _hear(holding, voice, holding.scopes_of(found), silent=only_a_scope)


def listen_at_locations(holding: Holding, locations: list[Location]) -> Voice:
    """The voice of a rightsholder at those of their locations that are no scope of another voice."""
    voice = Voice(holding.id, None, locations)
    voice.disputed = any(
        claim.disputes
        for location in locations
        for claim in holding.case.claims(location, holding.id)
    )
    return _hear(holding, voice, holding.outwards_from(locations), silent=True)


def _hear(holding: Holding, voice: Voice, scopes: list[Scope], *, silent: bool) -> Voice:
    """Asks the scopes in turn. `silent`: a voice that has nothing in force adds nothing."""
    anything_said = False
    late: list[Word] = []  # conditionals that name the asker only for restriction
    for_others: list[Word] = []
    for scope in scopes:
        heard: list[Word] = []
        denials: list[Word] = []
        for place, declarations in scope.places:
            said = _said_at(holding, scope.name, place, declarations)
            anything_said = anything_said or bool(said)
            words = _words_at(holding, voice, said)
            for_others += [word for word in words if word.naming == "somebody"]
            named = _strictest(word for word in words if word.naming == "asker")
            heard += [
                word
                for word in (named or _strictest(w for w in words if w.naming == "everybody"),)
                if word
            ]
            denials += [named] if named and named.counts_as is Preference.DENY else []
            if voice.word is None:
                late += [word for word in words if word.naming == "asker, to restrict"]
        if voice.word is None:
            voice.word = _strictest(heard)
        elif voice.word.naming != "asker":
            # a deny that names the asker yields only to a statement that names the asker too
            voice.word = _strictest(denials) or voice.word
    if voice.word is not None and voice.word.counts_as is Preference.ALLOW:
        voice.word = _strictest(late) or voice.word
    depends = holding.case.asker is None and any(
        word.counts_as is not Preference.ALLOW for word in for_others
    )
    _conclude(voice, anything_said or not silent, depends)
    return voice


def _words_at(holding: Holding, voice: Voice, said: list[Said]) -> list[Word]:
    """What speaks at one place; what is passed over, and meant for the asker, is kept with the voice."""
    words = []
    for each in said:
        judged = _judge(holding, voice, each)
        if isinstance(judged, Word):
            words.append(judged)
        elif each.standing.grantee is None or names(each.standing, holding.case.asker):
            voice.passed_over.append(judged)
    return words


def _naming(holding: Holding, said: Said, counts_as: Preference) -> Naming:
    """Whom a statement that speaks is for, as far as this asker is concerned."""
    standing, asker = said.standing, holding.case.asker
    if standing.grantee is None:
        return "everybody"
    if names(standing, asker):
        return "asker"
    if counts_as is Preference.ALLOW or not names_for_restriction(standing, asker):
        return "somebody"
    return "asker" if counts_as is Preference.DENY else "asker, to restrict"


def _conclude(voice: Voice, must_answer: bool, depends_on_asker: bool) -> None:
    if voice.word is None:
        if must_answer:
            voice.decision = Decision.UNSTATED
            voice.reasons = sorted({each.reason for each in voice.passed_over}) or ["not-stated"]
        return
    voice.decision = Decision(voice.word.counts_as)
    voice.reasons = [voice.word.reason] if voice.word.reason else []
    if voice.decision is Decision.ALLOW and depends_on_asker:
        voice.decision, voice.reasons = Decision.UNSTATED, ["depends-on-asker"]


def _said_at(
    holding: Holding,
    scope: ScopeName,
    place: Work | Location | None,
    declarations: list[HeldDeclaration],
) -> list[Said]:
    question = holding.case.question
    standing = in_force(declarations, holding.id, question.usage, question.at)
    return [Said(scope, place, each) for each in standing]


def _strictest(words: Iterable[Word]) -> Word | None:
    """The most restrictive word; of equals, the plain one, and of these the one issued last."""
    return min(
        words,
        key=lambda word: (
            _MOST_RESTRICTIVE_FIRST.index(word.counts_as),
            word.reason or "",
            -word.said.standing.declaration.seq,
        ),
        default=None,
    )


# -- does a statement speak? --


def _judge(holding: Holding, voice: Voice, said: Said) -> Word | PassedOver:
    preference = said.standing.preference
    if preference is Preference.DENY:
        return _judge_deny(holding, voice, said, "pending" if said.standing.pending else None)
    obstacle = _obstacle(holding, voice, said)
    if obstacle is None:
        return Word(said, preference, _naming(holding, said, preference))
    if preference is Preference.CONDITIONAL:
        return _judge_deny(holding, voice, said, "conditions-unverified")
    return PassedOver(said, obstacle)


def _judge_deny(
    holding: Holding, voice: Voice, said: Said, reason: str | None
) -> Word | PassedOver:
    """A word is enough for the AI categories; for a service's own uses and a whole host it takes proof."""
    needs_proof = (
        holding.case.question.usage in SERVICE_USAGES
        or (isinstance(said.place, Location) and said.place.whole_host)
        or (voice.match is None and all(location.whole_host for location in voice.locations))
    )
    if needs_proof and not holding.proof_to_deny:
        return PassedOver(said, "unproven")
    return Word(said, Preference.DENY, _naming(holding, said, Preference.DENY), reason)


def _obstacle(holding: Holding, voice: Voice, said: Said) -> str | None:
    """Why an allow does not speak: `disputed`, `composition-unknown`, `unproven`, or None if it does."""
    match = voice.match
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
    proved = (
        holding.proof_to_permit
        and (match is None or _one_claim_does_all(holding, match, claims))
        and _release_stands(holding, match, said)
        and _location_is_theirs(holding, voice, said, needs_performance)
    )
    return None if proved else "unproven"


def _one_claim_does_all(holding: Holding, match: MatchedWork, claims: list[HeldClaim]) -> bool:
    if match.direct:
        return any(holding.proves_what_it_met(match, claim) for claim in claims)
    return holding.stands_behind(match, claims)


def _release_stands(holding: Holding, match: MatchedWork | None, said: Said) -> bool:
    """A word that comes from a release needs proof of that release, and a link stood by."""
    if said.scope != "release" or not isinstance(said.place, Work):
        return True
    if match is not None and said.place.id == match.work.id:
        return True  # the voice of the release itself: judged with its claims
    release = holding.case.matches.find(said.place.id)
    return holding.stands_behind(release, holding.undisputed(said.place))


def _location_is_theirs(
    holding: Holding, voice: Voice, said: Said, needs_performance: bool
) -> bool:
    """What comes from a location, or is heard at locations alone, needs a claim to all that lies there."""
    if isinstance(said.place, Location):
        places = [said.place]
    elif voice.match is None:
        places = voice.locations
    else:
        return True
    return any(
        claim.sole and (not needs_performance or claim.role is Role.PERFORMANCE)
        for place in places
        for claim in holding.undisputed(place)
    )
