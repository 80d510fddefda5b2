"""The plain case, straight: one work at most, without links; nothing contested; nobody says anything but no, to all.

Most questions are like this, and sections 4 to 7 of docs/answering.md come to little for them: the first denial from
the work outwards is a rightsholder's word, and whoever holds the work and has none has not said. The condition is
exact: wherever `_NotPlainError` is raised below. All else goes through the steps of `resolution.py`, which come to the
same answer (docs/adr/0016-the-plain-case.md; tests/domain/test_plain_case.py compares the two).
"""

from collections.abc import Sequence

import msgspec

from registry.domain.answer import Answer
from registry.domain.dossiers import HeldDeclaration, Location, Rightsholder, Work
from registry.domain.evidence import Evidence, Met, assurance_at, assurance_of
from registry.domain.holding import ScopeName
from registry.domain.identifiers import Identifier
from registry.domain.judging import Said
from registry.domain.matching import covering, location_keys, places_of
from registry.domain.removals import identifiers_of
from registry.domain.sitting import Sitting
from registry.domain.vocabulary import SERVICE_USAGES, Assurance, Decision, Preference

_NO_REASON: tuple[str, ...] = ()
_NOT_STATED = ("not-stated",)


class _NotPlainError(Exception):
    """The general rules have to decide."""


class _MetWork(msgspec.Struct, frozen=True, gc=False):
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
            return _told_at_locations(sitting, _places(locations), urls, until, with_evidence)
        until = min(until, sitting.next_change(found.work))
        return _told_of_work(sitting, found, _places(locations), urls, until, with_evidence)
    except _NotPlainError:
        return None


def _work_met(sitting: Sitting, identifiers: Sequence[Identifier]) -> _MetWork | None:
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
                    raise _NotPlainError
                there = identifiers_of(work, sitting.at)
            elif work.id != subject.id:
                raise _NotPlainError
            widely, same = places_of(there, asked)
            if widely is not None:
                met_by.append(asked)
            if same is not None and exactly is None:
                exactly = asked
    if work is None or not met_by:
        return None
    if exactly is not None:
        return _MetWork(work, met_by, exactly, "exact")
    return _MetWork(work, met_by, met_by[0], "wide")


def _locations_met(
    sitting: Sitting, identifiers: Sequence[Identifier], found: _MetWork | None
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


def _told_of_work(
    sitting: Sitting,
    found: _MetWork,
    places: dict[str, list[Location]],
    urls: dict[str, str],
    until: int,
    with_evidence: bool,
) -> Answer:
    work, denied = found.work, False
    evidence: list[Evidence] = []
    for id in _holders(work):
        holder = sitting.rightsholder(id)
        said = _first_denial(sitting, holder, work, places.pop(id, ()))
        denied = denied or said is not None
        if with_evidence:
            evidence.append(_evidence(_met_on(found, holder), said))
    denied = _denied_at(sitting, places, urls, evidence, with_evidence) or denied
    decision, reasons = (Decision.DENY, _NO_REASON) if denied else (Decision.UNSTATED, _NOT_STATED)
    return Answer(decision, reasons, False, tuple(evidence), until, (work.id,))


def _told_at_locations(
    sitting: Sitting,
    places: dict[str, list[Location]],
    urls: dict[str, str],
    until: int,
    with_evidence: bool,
) -> Answer:
    evidence: list[Evidence] = []
    if _denied_at(sitting, places, urls, evidence, with_evidence):
        return Answer(Decision.DENY, _NO_REASON, False, tuple(evidence), until)
    if _somebody_spoke_at(sitting, places):
        return Answer(Decision.UNSTATED, _NOT_STATED, False, (), until)
    return Answer(Decision.UNREGISTERED, _NO_REASON, False, (), until)


def _denied_at(
    sitting: Sitting,
    places: dict[str, list[Location]],
    urls: dict[str, str],
    evidence: list[Evidence],
    with_evidence: bool,
) -> bool:
    """Does somebody say no at locations, who holds no work here? Adds what it rests on to the evidence."""
    denied = False
    for id in sorted(places):
        holder, nearest = sitting.rightsholder(id), places[id][0]
        said = _first_denial(sitting, holder, None, places[id])
        if said is not None:
            denied = True
            if with_evidence:
                assurance = assurance_at(nearest, holder)
                met = Met(urls[nearest.id], "location", id, holder.name, assurance)
                evidence.append(_evidence(met, said))
    return denied


def _somebody_spoke_at(sitting: Sitting, places: dict[str, list[Location]]) -> bool:
    """Did the holder of a location that was found ever declare anything there, or for their catalogue?"""
    for id, locations in places.items():
        declarations = [*sitting.rightsholder(id).declarations]
        for location in locations:
            declarations += location.declarations
        if any(held.rightsholder == id for held in declarations):
            return True
    return False


def _met_on(found: _MetWork, holder: Rightsholder) -> Met:
    work, assurance = found.work, Assurance.DECLARED
    proof = bool(holder.grants)
    for claim in work.claims:
        proof = proof or bool(claim.grants)
    if proof:
        claims = [
            claim for claim in work.claims if claim.rightsholder == holder.id and not claim.ended
        ]
        assurance = assurance_of(holder, claims, found.met_by)
    return Met(str(found.first), found.how, holder.id, holder.name, assurance)


def _evidence(met: Met, said: Said | None) -> Evidence:
    if said is None:
        return met.nothing_said("not-stated", speaks=True)
    return met.said(said, None, speaks=True)


def _places(locations: Sequence[Location]) -> dict[str, list[Location]]:
    """The locations found, by who holds them, longest prefix first."""
    found: dict[str, list[Location]] = {}
    for location in locations:
        for id in _holders(location):
            found.setdefault(id, []).append(location)
    for held in found.values():
        if len(held) > 1:
            held.sort(key=lambda location: location.rank, reverse=True)
            ranks = [tuple(location.rank) for location in held]
            if len(set(ranks)) < len(ranks):
                raise _NotPlainError  # equals are one scope
    return found


def _holders(claimed: Work | Location) -> list[str]:
    """Who holds it, in order of id."""
    found: list[str] = []
    for claim in claimed.claims:
        if claim.disputes or claim.objections:
            raise _NotPlainError
        if not claim.ended:
            found.append(claim.rightsholder)
    return sorted(set(found)) if len(found) > 1 else found


def _first_denial(
    sitting: Sitting, holder: Rightsholder, work: Work | None, places: Sequence[Location]
) -> Said | None:
    """Their word, from the work outwards. All scopes are looked at, also beyond the first that speaks."""
    said: list[Said] = []
    if work is not None and work.declarations:
        said += _denials(sitting, "work", work, work.declarations, holder)
    on_hosts_alone = work is None
    for place in places:
        on_hosts_alone = on_hosts_alone and place.whole_host
        if place.declarations:
            there = _denials(sitting, "location", place, place.declarations, holder)
            if there and place.whole_host:
                raise _NotPlainError  # it takes proof
            said += there
    if holder.declarations:
        said += _denials(sitting, "catalogue", None, holder.declarations, holder)
    if said and on_hosts_alone:
        raise _NotPlainError  # it takes proof
    return said[0] if said else None


def _denials(
    sitting: Sitting,
    scope: ScopeName,
    place: Work | Location | None,
    declarations: Sequence[HeldDeclaration],
    holder: Rightsholder,
) -> list[Said]:
    """The denial in force at one place, if any. Whoever says anything else there, or says it to somebody, is heard
    by the general rules."""
    standing = sitting.in_force(place, declarations, holder.id)
    for each in standing:
        if (
            each.preference is not Preference.DENY
            or each.pending
            or each.declaration.grantee is not None
        ):
            raise _NotPlainError
    return [Said(scope, place, each) for each in standing]
