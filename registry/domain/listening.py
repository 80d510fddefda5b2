"""What one rightsholder says about one match: from the most specific scope outwards, the first
statement that speaks (docs/answering.md, section 5)."""

from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Literal

from registry.domain.dossiers import HeldClaim, HeldDeclaration, Location, Work
from registry.domain.matching import Case, MatchedWork
from registry.domain.proof import Proofs, proof_for_denial, proof_for_permission
from registry.domain.standing import Standing, in_force, names
from registry.domain.vocabulary import (
    CARRIES_OTHER_RIGHTS,
    SERVICE_USAGES,
    Decision,
    Preference,
    Role,
    Usage,
)

ScopeName = Literal["work", "release", "location", "catalogue"]
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
    named: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A statement that does not speak, and why."""

    said: Said
    reason: str


@dataclass(slots=True)
class Voice:
    """What a rightsholder says about a match (None: about the locations). `decision` None adds nothing."""

    rightsholder: str
    match: MatchedWork | None
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
        near = {found.work.id, *distances}
        covering = [
            location
            for location in self.locations
            if matches.locations[location.id].met_by
            or matches.locations[location.id].through & near
        ]
        return [*scopes, *self._outwards_from(covering)]

    def scopes_of_locations(self) -> list[Scope]:
        return self._outwards_from(self.locations)

    def _outwards_from(self, locations: list[Location]) -> list[Scope]:
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


def listen_at_locations(holding: Holding) -> Voice:
    """The voice of a rightsholder who was met at locations alone."""
    voice = Voice(holding.id, None)
    voice.disputed = any(
        claim.disputes
        for location in holding.locations
        for claim in holding.case.claims(location, holding.id)
    )
    return _hear(holding, voice, holding.scopes_of_locations(), silent=True)


def _hear(holding: Holding, voice: Voice, scopes: list[Scope], *, silent: bool) -> Voice:
    """Asks the scopes in turn. `silent`: a voice that has nothing in force adds nothing."""
    asker = holding.case.asker
    anything_said = named_deny_of_somebody = False
    for scope in scopes:
        heard: list[Word] = []
        for place, declarations in scope.places:
            named: list[Word] = []
            general: list[Word] = []
            for said in _said_at(holding, scope.name, place, declarations):
                anything_said = True
                is_named = names(said.standing, asker)
                judged = _judge(holding, voice.match, said, named=is_named)
                if said.standing.grantee is not None and not is_named:
                    if isinstance(judged, Word) and judged.counts_as is Preference.DENY:
                        named_deny_of_somebody = True
                elif isinstance(judged, PassedOver):
                    voice.passed_over.append(judged)
                else:
                    (named if is_named else general).append(judged)
            heard += [word for word in (_strictest(named) or _strictest(general),) if word]
        if voice.word is None:
            voice.word = _strictest(heard)
        elif not voice.word.named:
            # a deny that names the asker yields only to a statement that names the asker too
            denials = [word for word in heard if word.named and word.counts_as is Preference.DENY]
            voice.word = _strictest(denials) or voice.word
    _conclude(voice, anything_said or not silent, asker is None and named_deny_of_somebody)
    return voice


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


def _strictest(words: list[Word]) -> Word | None:
    """The most restrictive word; of equals, the one issued last."""
    return min(
        words,
        key=lambda word: (
            _MOST_RESTRICTIVE_FIRST.index(word.counts_as),
            -word.said.standing.declaration.seq,
        ),
        default=None,
    )


# -- does a statement speak? --


def _judge(
    holding: Holding, match: MatchedWork | None, said: Said, *, named: bool
) -> Word | PassedOver:
    preference = said.standing.preference
    if preference is Preference.DENY:
        reason = "pending" if said.standing.pending else None
        return _judge_deny(holding, match, said, named, reason)
    obstacle = _obstacle(holding, match, said)
    if obstacle is None:
        return Word(said, preference, named)
    if preference is Preference.CONDITIONAL:
        return _judge_deny(holding, match, said, named, "conditions-unverified")
    return PassedOver(said, obstacle)


def _judge_deny(
    holding: Holding, match: MatchedWork | None, said: Said, named: bool, reason: str | None
) -> Word | PassedOver:
    """A word is enough for the AI categories; for a service's own uses and a whole host it takes proof."""
    needs_proof = (
        holding.case.question.usage in SERVICE_USAGES
        or (isinstance(said.place, Location) and said.place.whole_host)
        or (match is None and all(location.whole_host for location in holding.locations))
    )
    if needs_proof and not holding.proof_to_deny:
        return PassedOver(said, "unproven")
    return Word(said, Preference.DENY, named, reason)


def _obstacle(holding: Holding, match: MatchedWork | None, said: Said) -> str | None:
    """Why an allow does not speak: `disputed`, `composition-unknown`, `unproven`, or None if it does."""
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
        and _location_is_theirs(holding, match, said, needs_performance)
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
    holding: Holding, match: MatchedWork | None, said: Said, needs_performance: bool
) -> bool:
    """What comes from a location, or is heard at locations alone, needs a claim to all that lies there."""
    if isinstance(said.place, Location):
        places = [said.place]
    elif match is None:
        places = holding.locations
    else:
        return True
    return any(
        claim.sole and (not needs_performance or claim.role is Role.PERFORMANCE)
        for place in places
        for claim in holding.undisputed(place)
    )
