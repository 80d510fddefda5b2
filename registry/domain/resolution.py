"""The answer: a pure function of (log prefix, question, time).

The rules are in docs/answering.md; the steps below bear its numbers. 1 (canonical forms) happened when
the question was made.
"""

from collections.abc import Iterator, Sequence

import msgspec

from registry.domain.case import Case, open_case
from registry.domain.dossiers import Location, Work
from registry.domain.evidence import Evidence, evidence
from registry.domain.holding import Holding
from registry.domain.listening import Voice, listen_at_locations, listen_to_holder_of
from registry.domain.matching import Facts, Question
from registry.domain.proof import OBJECTION_MS, claims_set_aside
from registry.domain.standing import moments
from registry.domain.vocabulary import Decision

RULES_VERSION = "1"
MAX_VALIDITY_MS = 3_600_000

_ORDER = (Decision.DENY, Decision.UNSTATED, Decision.CONDITIONAL, Decision.ALLOW)


class Answer(msgspec.Struct, frozen=True, gc=False):
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

    Raises: LookupError where `facts` lacks a dossier that it refers to.
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
        evidence=tuple(evidence(case, voices)) if with_evidence else (),
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
            yield from listen_to_holder_of(holding(id), found)
            scoped |= {(id, release) for release in matches.distances.get(found.work.id, ())}
            scoped |= {(id, place.id) for place in holding(id).locations_around(found)}
    if not matches.locations:
        return
    at_locations = {id for each in matches.locations.values() for id in case.holders(each.location)}
    for id in sorted(at_locations):
        rest = [place for place in holding(id).locations if (id, place.id) not in scoped]
        if rest:
            yield listen_at_locations(holding(id), rest)


def _combine(case: Case, voices: Sequence[Voice]) -> tuple[Decision, tuple[str, ...]]:
    """7. The most restrictive voice, with the reasons of those that share its decision."""
    speaking = [voice for voice in voices if voice.decision is not None]
    if not speaking:
        if not case.matches.works and not _somebody_spoke(case):
            return Decision.UNREGISTERED, ()
        passed_over = {each.reason for voice in voices for each in voice.passed_over}
        return Decision.UNSTATED, tuple(sorted(passed_over)) or ("not-stated",)
    decision = min((voice.decision for voice in speaking if voice.decision), key=_ORDER.index)
    reasons = {
        reason for voice in speaking if voice.decision is decision for reason in voice.reasons
    }
    if decision is Decision.UNSTATED and "not-stated" in reasons and _others_permit(speaking):
        reasons = reasons - {"not-stated"} | {"co-owner-silent"}
    if decision in (Decision.CONDITIONAL, Decision.ALLOW) and _owners_are_unknown(case):
        decision, reasons = Decision.UNSTATED, {"not-stated"}
    if case.matches.too_many:
        reasons.add("too-many-links")
        decision = min(decision, Decision.UNSTATED, key=_ORDER.index)
    return decision, tuple(sorted(reasons))


def _owners_are_unknown(case: Case) -> bool:
    """Did works match by themselves, and nobody holds any of them?"""
    direct = [found.work for found in case.matches.works.values() if found.direct]
    return bool(direct) and not any(case.holders(work) for work in direct)


def _others_permit(voices: Sequence[Voice]) -> bool:
    """Does a rightsholder permit while another one is silent?"""
    silent = {voice.rightsholder for voice in voices if voice.reasons == ["not-stated"]}
    permitting = {
        voice.rightsholder
        for voice in voices
        if voice.decision in (Decision.ALLOW, Decision.CONDITIONAL)
    }
    return any(permitting - {one} for one in silent)


def _somebody_spoke(case: Case) -> bool:
    """Did the holder of a location that was found ever declare anything there, or for their catalogue?"""
    return any(
        held.rightsholder == id
        for found in case.matches.locations.values()
        for id in case.holders(found.location)
        for held in (*found.location.declarations, *case.rightsholder(id).declarations)
    )


def _valid_until(case: Case, max_validity_ms: int) -> int:
    """The first moment after t at which anything that the answer rests on changes by itself."""
    t = case.question.at
    return min([t + max_validity_ms, *(moment for moment in _moments(case) if moment > t)])


def _moments(case: Case) -> list[int]:
    found: list[int] = []
    holders: set[str] = set()
    claimed: list[Work | Location] = [reached.work for reached in case.matches.reached()]
    claimed += [place.location for place in case.matches.locations.values()]
    for each in claimed:
        if each.declarations:
            found += moments(each.declarations)
        for claim in each.claims:
            if claim.objections:
                found += [objection.at + OBJECTION_MS for objection in claim.objections]
            if not claim.ended:
                holders.add(claim.rightsholder)
        if isinstance(each, Work):
            removals = [gone for held in each.identifiers for gone in held.removals]
            removals += [gone for link in each.links for gone in link.removals]
            effects = [gone.effect() for gone in removals]
            found += [effect for effect in effects if effect is not None]
    for id in holders:
        declarations = case.rightsholder(id).declarations
        if declarations:
            found += moments(declarations)
    return found
