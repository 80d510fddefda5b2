"""The plain case, straight: one work at most, without links; nothing contested; nobody says anything but no, to all.

Most questions are like this, and sections 5 to 7 of docs/answering.md come to little for them: the first denial from
the work outwards is a rightsholder's word, and whoever holds the work and has none has not said. The condition is
exact: wherever `_NotPlainError` is raised below. All else goes through the steps of `resolution.py`, which come to the
same answer (docs/adr/0016-the-plain-case.md; tests/domain/test_plain_case.py compares the two).
"""

from collections.abc import Sequence

import msgspec

from registry.domain.case import Case
from registry.domain.dossiers import HeldDeclaration, Location, Rightsholder, Work
from registry.domain.evidence import Evidence, Met, met_at, met_on
from registry.domain.holding import ScopeName
from registry.domain.judging import Said
from registry.domain.matching import MatchedWork
from registry.domain.sitting import Sitting
from registry.domain.vocabulary import SERVICE_USAGES, Decision, Preference

_NO_REASON: tuple[str, ...] = ()
_NOT_STATED = ("not-stated",)


class Told(msgspec.Struct, frozen=True, gc=False):
    """What a case comes to, until when left aside."""

    decision: Decision
    reasons: tuple[str, ...]
    disputed: bool
    evidence: tuple[Evidence, ...]


class _NotPlainError(Exception):
    """The general rules have to decide."""


def plainly(case: Case, *, with_evidence: bool) -> Told | None:
    """Sections 5 to 7 for a plain case; None for any other. Never a permission."""
    try:
        return _tell(case, with_evidence)
    except _NotPlainError:
        return None


def _tell(case: Case, with_evidence: bool) -> Told:
    found = _only_work(case)
    places = _places(case)
    evidence: list[Evidence] = []
    denied = False
    if found is not None:
        for id in _holders(found.work):
            holder = case.rightsholder(id)
            said = _first_denial(case.sitting, holder, found.work, places.pop(id, ()))
            denied = denied or said is not None
            if with_evidence:
                evidence.append(_evidence(met_on(case, found, holder), said))
    for id in sorted(places):
        holder = case.rightsholder(id)
        said = _first_denial(case.sitting, holder, None, places[id])
        if said is not None:
            denied = True
            if with_evidence:
                evidence.append(_evidence(met_at(case, places[id][0], holder), said))
    if denied:
        return Told(Decision.DENY, _NO_REASON, False, tuple(evidence))
    if found is not None or case.somebody_spoke_at_locations():
        return Told(Decision.UNSTATED, _NOT_STATED, False, tuple(evidence))
    return Told(Decision.UNREGISTERED, _NO_REASON, False, ())


def _evidence(met: Met, said: Said | None) -> Evidence:
    if said is None:
        return met.nothing_said("not-stated", speaks=True)
    return met.said(said, None, speaks=True)


def _only_work(case: Case) -> MatchedWork | None:
    """The work that was met by itself, and leads to no other. Proof is asked for in the service categories."""
    works = case.matches.works
    if len(works) > 1 or case.sitting.usage in SERVICE_USAGES:
        raise _NotPlainError
    for found in works.values():
        if found.work.links:
            raise _NotPlainError
        return found
    return None


def _places(case: Case) -> dict[str, list[Location]]:
    """The locations found, by who holds them, longest prefix first."""
    found: dict[str, list[Location]] = {}
    for each in case.matches.locations.values():
        for id in _holders(each.location):
            found.setdefault(id, []).append(each.location)
    for locations in found.values():
        if len(locations) > 1:
            locations.sort(key=lambda location: location.rank, reverse=True)
            ranks = [tuple(location.rank) for location in locations]
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
