"""The answer: a pure function of (log prefix, question, time).

The rules are in docs/answering.md; the steps below bear its numbers. 1 (canonical forms) happened when
the question was made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from registry.domain.dossiers import Location, Work
from registry.domain.events import Conditions
from registry.domain.listening import (
    Holding,
    Said,
    Voice,
    listen_at_locations,
    listen_to_holder_of,
)
from registry.domain.matching import Case, Facts, MatchedWork, Question, open_case
from registry.domain.proof import OBJECTION_MS, claims_set_aside
from registry.domain.standing import anything_in_force, moments
from registry.domain.vocabulary import Assurance, Decision, Preference

RULES_VERSION = "1"
MAX_VALIDITY_MS = 3_600_000

_ORDER = (Decision.DENY, Decision.UNSTATED, Decision.CONDITIONAL, Decision.ALLOW)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that the answer rests on: which identifier matched and how, whose it is, what they said.

    `record` is the declaration's id (None where nothing was said), `digest` its `sha-256=:…:`, `reason`
    why it counts for less than it says, or was passed over (`speaks` False).
    """

    matched: str
    how: str
    rightsholder: str
    name: str
    assurance: Assurance
    scope: str | None = None
    preference: Preference | None = None
    record: str | None = None
    digest: str | None = None
    grantee: str | None = None
    conditions: Conditions | None = None
    reason: str | None = None
    speaks: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What one item of a question is told. `valid_until` in ms."""

    decision: Decision
    reasons: tuple[str, ...]
    disputed: bool
    evidence: tuple[Evidence, ...]
    valid_until: int

    @property
    def permitted(self) -> bool:
        return self.decision is Decision.ALLOW

    @property
    def opted_out(self) -> bool:
        return self.decision not in (Decision.ALLOW, Decision.UNREGISTERED)


def resolve(
    question: Question,
    facts: Facts,
    *,
    max_validity_ms: int = MAX_VALIDITY_MS,
    with_evidence: bool = True,
) -> Answer:
    """Answers one item.

    Raises: LookupError where `facts` lacks a dossier that it refers to, or the asker is unknown.
    """
    case = open_case(question, facts)  # 4. match (with 2 and 3 as of question.at)
    if not case.matches.works and not case.matches.locations:
        return Answer(Decision.UNREGISTERED, (), False, (), question.at + max_validity_ms)
    case.set_aside = claims_set_aside(case)  # 6. objections
    voices = list(_listen(case))  # 5. listen
    decision, reasons = _combine(case, voices)  # 7. combine
    return Answer(
        decision=decision,
        reasons=reasons,
        disputed=any(voice.disputed for voice in voices if voice.decision is not None),
        evidence=tuple(_evidence(case, voices)) if with_evidence else (),
        valid_until=_valid_until(case, max_validity_ms),
    )


def _listen(case: Case) -> Iterator[Voice]:
    """5. Every voice: holders of works, then of releases only, then of locations only."""
    holdings: dict[str, Holding] = {}

    def holding(id: str) -> Holding:
        if id not in holdings:
            holdings[id] = Holding(case, id)
        return holdings[id]

    matches = case.matches
    scoped: set[tuple[str, str]] = set()  # (rightsholder, release or location) heard as a scope
    for found in [*matches.works.values(), *matches.releases.values()]:
        for id in case.holders(found.work):
            if (id, found.work.id) in scoped and found.work.id not in matches.works:
                continue
            voice = listen_to_holder_of(holding(id), found)
            scoped |= {(id, release) for release in matches.distances.get(found.work.id, ())}
            scoped |= {(id, place.id) for place in holding(id).locations_around(found)}
            yield voice
    at_locations = {id for each in matches.locations.values() for id in case.holders(each.location)}
    for id in sorted(at_locations):
        rest = [place for place in holding(id).locations if (id, place.id) not in scoped]
        if rest:
            yield listen_at_locations(holding(id), rest)


def _combine(case: Case, voices: Sequence[Voice]) -> tuple[Decision, tuple[str, ...]]:
    """7. The most restrictive voice, with the reasons of those that share its decision."""
    speaking = [voice for voice in voices if voice.decision is not None]
    if not speaking:
        known = bool(case.matches.works) or _somebody_speaks_of_something_else(case)
        return (Decision.UNSTATED, ("not-stated",)) if known else (Decision.UNREGISTERED, ())
    decision = min((voice.decision for voice in speaking if voice.decision), key=_ORDER.index)
    reasons = {
        reason for voice in speaking if voice.decision is decision for reason in voice.reasons
    }
    if decision is Decision.UNSTATED and "not-stated" in reasons and _others_permit(speaking):
        reasons = reasons - {"not-stated"} | {"co-owner-silent"}
    if case.matches.too_many:
        reasons.add("too-many-links")
        decision = min(decision, Decision.UNSTATED, key=_ORDER.index)
    return decision, tuple(sorted(reasons))


def _others_permit(voices: Sequence[Voice]) -> bool:
    """Does a rightsholder permit while another one is silent?"""
    silent = {voice.rightsholder for voice in voices if voice.reasons == ["not-stated"]}
    permitting = {
        voice.rightsholder
        for voice in voices
        if voice.decision in (Decision.ALLOW, Decision.CONDITIONAL)
    }
    return any(permitting - {one} for one in silent)


def _somebody_speaks_of_something_else(case: Case) -> bool:
    """Is something in force, in another category, at a location that was found?"""
    t = case.question.at
    for found in case.matches.locations.values():
        for id in case.holders(found.location):
            catalogue = case.rightsholder(id).declarations
            if anything_in_force(found.location.declarations, id, t):
                return True
            if anything_in_force(catalogue, id, t):
                return True
    return False


def _valid_until(case: Case, max_validity_ms: int) -> int:
    """The first moment after t at which anything that the answer rests on changes by itself."""
    t = case.question.at
    return min([t + max_validity_ms, *(moment for moment in _moments(case) if moment > t)])


def _moments(case: Case) -> Iterator[int]:
    holders: set[str] = set()
    claimed: list[Work | Location] = [found.work for found in case.matches.reached()]
    claimed += [found.location for found in case.matches.locations.values()]
    for each in claimed:
        yield from moments(each.declarations)
        for claim in each.claims:
            yield from (objection.at + OBJECTION_MS for objection in claim.objections)
            if not claim.ended:
                holders.add(claim.rightsholder)
        if isinstance(each, Work):
            removals = [gone for held in each.identifiers for gone in held.removals]
            removals += [gone for link in each.links for gone in link.removals]
            yield from (at for at in (gone.effect() for gone in removals) if at is not None)
    for id in holders:
        yield from moments(case.rightsholder(id).declarations)


# -- evidence: what a person reads and a court files --


def _evidence(case: Case, voices: Sequence[Voice]) -> Iterator[Evidence]:
    for voice in voices:
        if voice.decision is None:
            continue
        base = _met(case, voice)
        if voice.word is not None:
            yield _with_statement(base, voice.word.said, _reason(voice), speaks=True)
        elif not voice.passed_over:
            yield replace(base, reason="not-stated")
        for passed in voice.passed_over:
            yield _with_statement(base, passed.said, passed.reason, speaks=False)
    for found in case.matches.works.values():
        for claim in found.work.claims:
            if claim.id in case.set_aside:
                name = case.rightsholder(claim.rightsholder).name
                matched, how = _matched_work(case, found)
                yield Evidence(
                    matched,
                    how,
                    claim.rightsholder,
                    name,
                    Assurance.DECLARED,
                    reason="objected",
                    speaks=False,
                )


def _reason(voice: Voice) -> str | None:
    return voice.reasons[0] if voice.reasons else None


def _with_statement(base: Evidence, said: Said, reason: str | None, *, speaks: bool) -> Evidence:
    standing = said.standing
    return replace(
        base,
        scope=said.scope,
        preference=standing.statement.preference,
        record=standing.declaration.id,
        digest=standing.declaration.digest,
        grantee=standing.grantee,
        conditions=standing.statement.conditions,
        reason=reason,
        speaks=speaks,
    )


def _met(case: Case, voice: Voice) -> Evidence:
    holding = Holding(case, voice.rightsholder)
    if voice.match is not None:
        matched, how = _matched_work(case, voice.match)
        assurance = _assurance(case, holding, voice.match)
    else:
        location = voice.locations[0]
        found = case.matches.locations[location.id]
        asked = case.question.identifiers
        matched = str(asked[min(found.met_by)]) if found.met_by else min(found.urls)
        how = "location"
        assurance = (
            Assurance.CONTROLLED
            if any(grant.location == location.url for grant in holding.dossier.grants)
            else Assurance.DECLARED
        )
    return Evidence(matched, how, holding.id, holding.dossier.name, assurance)


def _matched_work(case: Case, found: MatchedWork) -> tuple[str, str]:
    asked = case.question.identifiers
    if not found.direct:
        return str(asked[min(found.met_by)]), "link"
    if found.exactly:
        return str(asked[min(found.exactly)]), "exact"
    return str(asked[min(found.met_by)]), "wide"


def _assurance(case: Case, holding: Holding, found: MatchedWork) -> Assurance:
    """The weakest assurance among the question's identifiers that met the work, each by its best claim."""
    order = list(Assurance)
    met = case.met_directly(found)
    if not met:
        return Assurance.DECLARED
    levels = []
    for identifier in met:
        claims = case.claims(found.work, holding.id)
        levels.append(
            max(
                (holding.proofs.assurance(claim, identifier) for claim in claims),
                key=order.index,
                default=Assurance.DECLARED,
            )
        )
    return min(levels, key=order.index)
