"""The plain case, straight: one work at most, without links; nothing contested; nobody says anything but no, to all.

Most questions are like this, and sections 4 to 7 of docs/answering.md come to little for them: the first denial from
the work outwards is a rightsholder's word, and whoever holds the work and has none has not said. The condition is
exact: wherever `NotPlainError` is raised. All else goes through the steps of `resolution.py`, which come to the
same answer (docs/adr/0016-the-plain-case.md; tests/domain/test_plain_case.py compares the two).
"""

from collections.abc import Mapping, Sequence

import msgspec

from registry.domain.answer import Answer
from registry.domain.dossiers import Location, Rightsholder, Work
from registry.domain.evidence import Evidence, Met, assurance_at, assurance_of
from registry.domain.identifiers import Identifier
from registry.domain.judging import Said
from registry.domain.matching import covering, location_keys, places_of
from registry.domain.plain_words import (
    DenialAt,
    NotPlainError,
    SaidAtLocations,
    SaidOfWork,
    places_of_holders,
    said_at,
    said_of,
)
from registry.domain.removals import identifiers_of
from registry.domain.sitting import Sitting
from registry.domain.vocabulary import SERVICE_USAGES, Assurance, Decision

_NO_REASON: tuple[str, ...] = ()
_NOT_STATED = ("not-stated",)


class MetWork(msgspec.Struct, frozen=True, gc=False):
    """The one work that was met by itself, which of the question's identifiers met it, and the first that did exactly,
    or else widely."""

    work: Work
    met_by: list[Identifier]
    first: Identifier
    how: str


def plainly(
    sitting: Sitting,
    identifiers: Sequence[Identifier],
    *,
    max_validity_ms: int,
    with_evidence: bool,
) -> Answer | None:
    """Sections 4 to 7 for a plain case; None for any other. Never a permission.

    Raises: LookupError where the facts lack a dossier that they refer to.
    """
    if sitting.usage in SERVICE_USAGES:  # proof is asked for there
        return None
    try:
        found = _work_met(sitting, identifiers)
        locations, urls = _locations_met(sitting, identifiers, found)
        until = sitting.at + max_validity_ms
        if found is None and not locations:
            return Answer(Decision.UNREGISTERED, _NO_REASON, False, (), until)
        for location in locations:
            until = min(until, sitting.next_change(location))
        if found is None:
            said = said_at(sitting, places_of_holders(locations))
            return told_at_locations(said, urls, until, with_evidence)
        until = min(until, sitting.next_change(found.work))
        words = said_of(sitting, found.work, places_of_holders(locations))
        return told_of_work(found.work.id, words, found, urls, until, with_evidence)
    except NotPlainError:
        return None


def _work_met(sitting: Sitting, identifiers: Sequence[Identifier]) -> MetWork | None:
    """4.1. The work that was met by itself, and leads to no other."""
    facts = sitting.facts
    work: Work | None = None
    met_by: list[Identifier] = []
    exactly: Identifier | None = None
    for asked in identifiers:
        for subject in facts.meeting(asked.wide_key):
            if subject.kind != "work":
                continue
            if work is None:
                led_to = facts.dossier("work", subject.id)
                assert type(led_to) is Work
                work = led_to
                if work.links:
                    raise NotPlainError
                there = identifiers_of(work, sitting.at)
            elif work.id != subject.id:
                raise NotPlainError
            widely, same = places_of(there, asked)
            if widely is not None:
                met_by.append(asked)
            if same is not None and exactly is None:
                exactly = asked
    if work is None or not met_by:
        return None
    if exactly is not None:
        return MetWork(work, met_by, exactly, "exact")
    return MetWork(work, met_by, met_by[0], "wide")


def _locations_met(
    sitting: Sitting, identifiers: Sequence[Identifier], found: MetWork | None
) -> tuple[list[Location], dict[str, str]]:
    """4.3. Every location that covers a URL of the question or of the work, and by location the URL that is named as
    the one by which it was met: the question's first, else the least of the work's."""
    locations: dict[str, Location] = {}
    urls: dict[str, str] = {}
    for asked in identifiers:
        if asked.scheme == "url":
            for location in covering(asked.location_keys, sitting.facts):
                if location.id not in locations:
                    locations[location.id] = location
                    urls[location.id] = asked.value
    if found is not None:
        asked_for = frozenset(locations)
        for held in identifiers_of(found.work, sitting.at):
            if held.text.startswith("https://"):
                keys = location_keys(held.wide or held.text)
                for location in covering(keys, sitting.facts):
                    if location.id not in asked_for:
                        locations[location.id] = location
                        urls[location.id] = min(held.text, urls.get(location.id, held.text))
    return list(locations.values()), urls


def told_of_work(
    id: str,
    words: SaidOfWork,
    found: MetWork,
    urls: Mapping[str, str],
    until: int,
    with_evidence: bool,
) -> Answer:
    """The answer about the work with this id. `urls`: by location of somebody else, the URL that is named as the one by
    which it was met."""
    evidence: list[Evidence] = []
    if with_evidence:
        evidence = [evidence_of(_met_on(found, holder), said) for holder, said in words.holders]
        if words.elsewhere:
            evidence += _told_elsewhere(words.elsewhere, urls)
    decision, reasons = decided(words)
    return Answer(decision, reasons, False, tuple(evidence), until, (id,))


def decided(words: SaidOfWork) -> tuple[Decision, tuple[str, ...]]:
    """What it comes to, with its reasons."""
    return (Decision.DENY, _NO_REASON) if words.denied else (Decision.UNSTATED, _NOT_STATED)


def told_at_locations(
    words: SaidAtLocations, urls: Mapping[str, str], until: int, with_evidence: bool
) -> Answer:
    """The answer about something of which only locations are known."""
    if words.denials:
        evidence = _told_elsewhere(words.denials, urls) if with_evidence else ()
        return Answer(Decision.DENY, _NO_REASON, False, tuple(evidence), until)
    if words.somebody_spoke:
        return Answer(Decision.UNSTATED, _NOT_STATED, False, (), until)
    return Answer(Decision.UNREGISTERED, _NO_REASON, False, (), until)


def _told_elsewhere(denials: Sequence[DenialAt], urls: Mapping[str, str]) -> list[Evidence]:
    told = []
    for each in denials:
        holder = each.holder
        assurance = assurance_at(each.nearest, holder)
        met = Met(urls[each.nearest.id], "location", holder.id, holder.name, assurance)
        told.append(evidence_of(met, each.said))
    return told


def has_proof(work: Work, holder: Rightsholder) -> bool:
    """Is there any, so that what assurance there is depends on the identifiers of the question?"""
    return bool(holder.grants) or any(claim.grants for claim in work.claims)


def _met_on(found: MetWork, holder: Rightsholder) -> Met:
    work, assurance = found.work, Assurance.DECLARED
    if has_proof(work, holder):
        claims = [
            claim for claim in work.claims if claim.rightsholder == holder.id and not claim.ended
        ]
        assurance = assurance_of(holder, claims, found.met_by)
    return Met(str(found.first), found.how, holder.id, holder.name, assurance)


def evidence_of(met: Met, said: Said | None) -> Evidence:
    """What somebody says, or that they have not stated anything."""
    if said is None:
        return met.nothing_said("not-stated", speaks=True)
    return met.said(said, None, speaks=True)
