"""The answer: a pure function of (log prefix, question, time).

The rules are in docs/answering.md; the steps below bear its numbers. 1 (canonical forms) happened when
the question was made.
"""

from collections.abc import Sequence

from registry.domain.answer import Answer
from registry.domain.case import Case, open_in
from registry.domain.evidence import evidence
from registry.domain.holding import Holding
from registry.domain.identifiers import Identifier
from registry.domain.listening import Voice, listen_at_locations, listen_to_holder_of
from registry.domain.matching import Facts, Question
from registry.domain.plain_case import plainly
from registry.domain.proof import claims_set_aside
from registry.domain.sitting import Sitting
from registry.domain.vocabulary import Decision

__all__ = ["MAX_VALIDITY_MS", "RULES_VERSION", "Answer", "by_every_rule", "resolve", "resolve_in"]

RULES_VERSION = "1"
MAX_VALIDITY_MS = 3_600_000

_ORDER = (Decision.DENY, Decision.UNSTATED, Decision.CONDITIONAL, Decision.ALLOW)


def resolve(
    question: Question,
    facts: Facts,
    *,
    max_validity_ms: int = MAX_VALIDITY_MS,
    with_evidence: bool = True,
) -> Answer:
    """Answers a question about one asset.

    Raises: LookupError where `facts` lacks a dossier that it refers to.
    """
    return resolve_in(
        Sitting(facts, question.usage, question.asker, question.at),
        question.identifiers,
        max_validity_ms=max_validity_ms,
        with_evidence=with_evidence,
    )


def resolve_in(
    sitting: Sitting,
    identifiers: Sequence[Identifier],
    *,
    max_validity_ms: int,
    with_evidence: bool,
) -> Answer:
    """Answers about one asset of several: with the same answer as if it were asked about alone.

    Raises: LookupError where the facts lack a dossier that they refer to.
    """
    answer = plainly(
        sitting, identifiers, max_validity_ms=max_validity_ms, with_evidence=with_evidence
    )
    if answer is not None:
        return answer
    case = open_in(sitting, identifiers)  # 4. match (with 2 and 3 as of sitting.at)
    return by_every_rule(case, max_validity_ms=max_validity_ms, with_evidence=with_evidence)


def by_every_rule(case: Case, *, max_validity_ms: int, with_evidence: bool) -> Answer:
    """Sections 5 to 7, step by step, for any case."""
    matches = case.matches
    if not matches.works and not matches.locations:
        return Answer(Decision.UNREGISTERED, (), False, (), case.sitting.at + max_validity_ms)
    case.set_aside = claims_set_aside(case)  # 6. objections
    voices = _listen(case)  # 5. listen
    decision, reasons = _combine(case, voices)  # 7. combine
    return Answer(
        decision=decision,
        reasons=reasons,
        disputed=any(voice.disputed for voice in voices if voice.decision is not None),
        evidence=tuple(evidence(case, voices)) if with_evidence else (),
        valid_until=_valid_until(case, max_validity_ms),
        met=tuple([found.work.id for found in matches.works.values() if found.direct]),
    )


def _listen(case: Case) -> list[Voice]:
    """5. Every voice: holders of works, then of releases only, then of locations only."""
    holdings: dict[str, Holding] = {}

    def holding(id: str) -> Holding:
        found = holdings.get(id)
        if found is None:
            found = holdings[id] = Holding(case, id)
        return found

    matches = case.matches
    voices: list[Voice] = []
    scoped: set[tuple[str, str]] = set()  # (rightsholder, release or location) heard as a scope
    for found in matches.reached():
        for id in case.holders(found.work):
            if (id, found.work.id) in scoped and found.work.id not in matches.works:
                continue
            held = holding(id)
            voices += listen_to_holder_of(held, found)
            scoped.update([(id, release) for release in matches.distances.get(found.work.id, ())])
            scoped.update([(id, place.id) for place in held.locations_around(found)])
    at_locations = {id for each in matches.locations.values() for id in case.holders(each.location)}
    for id in sorted(at_locations):
        rest = [place for place in holding(id).locations if (id, place.id) not in scoped]
        if rest:
            voices.append(listen_at_locations(holding(id), rest))
    return voices


def _combine(case: Case, voices: Sequence[Voice]) -> tuple[Decision, tuple[str, ...]]:
    """7. The most restrictive voice, with the reasons of those that share its decision."""
    speaking = [voice for voice in voices if voice.decision is not None]
    if not speaking:
        if not case.matches.works and not case.somebody_spoke_at_locations():
            return Decision.UNREGISTERED, ()
        passed_over = {each.reason for voice in voices for each in voice.passed_over}
        return Decision.UNSTATED, tuple(sorted(passed_over)) or ("not-stated",)
    decision = min([voice.decision for voice in speaking if voice.decision], key=_ORDER.index)
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


def _valid_until(case: Case, max_validity_ms: int) -> int:
    """The first moment after t at which anything that the answer rests on changes by itself."""
    sitting, matches = case.sitting, case.matches
    until = sitting.at + max_validity_ms
    for reached in matches.reached():
        until = min(until, sitting.next_change(reached.work))
    for found in matches.locations.values():
        until = min(until, sitting.next_change(found.location))
    return until
