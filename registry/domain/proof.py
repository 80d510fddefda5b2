"""What stands behind a rightsholder for one question (docs/answering.md, sections 2, 5 and 6).

Proof for a permission is exact and undisputed; proof for a denial matches wide and survives a dispute.
"""

import sys
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from registry.domain.case import Case
from registry.domain.dossiers import OBJECTION_MS, Grant, HeldClaim, Rightsholder, Work
from registry.domain.identifiers import Identifier
from registry.domain.locations import Location, parse_location
from registry.domain.matching import MatchedLocation, known, wide_of
from registry.domain.removals import identifiers_of
from registry.domain.vocabulary import Assurance

EVERYTHING = sys.maxsize
"""A reach into the log that leaves nothing out."""

_STRENGTH = {Assurance.DECLARED: 0, Assurance.CONTROLLED: 1, Assurance.ATTESTED: 2}


def covers(grant: Grant, identifier: Identifier) -> bool:
    """Is this grant for exactly this identifier, for one that begins so, or for an address under its location?"""
    if grant.identifier is not None:
        return grant.identifier == str(identifier)
    if grant.prefix is not None:
        return str(identifier).startswith(grant.prefix)
    if grant.location is None or identifier.scheme != "url":
        return False
    return _place(grant.location, grant.subdomains).covers_exactly(identifier)


def _any_covers(grants: Sequence[Grant], identifier: Identifier) -> bool:
    return True in [covers(grant, identifier) for grant in grants]


@lru_cache(maxsize=16_384)
def _place(url: str, subdomains: bool) -> Location:
    """The location behind a canonical URL that is already in a dossier."""
    return parse_location(url, subdomains=subdomains)


class Proofs(msgspec.Struct, frozen=True, gc=False):
    """The grants of one rightsholder, and what they say of claims and identifiers."""

    holder: Rightsholder

    def shared(self, reach: int | None) -> list[Grant]:
        """Prefix and location grants, which count for all claims of the rightsholder: for a permission that
        reaches so far into the log, or (None) for a denial."""
        if reach is None:
            return self.holder.grants
        return [
            grant
            for grant in self.holder.grants
            if grant.seq < reach and not (grant.disputes or grant.lapsed)
        ]

    def _grants(self, claim: HeldClaim, reach: int | None) -> Sequence[Grant]:
        if reach is None:
            return [*claim.grants, *self.holder.grants]
        if claim.disputes:
            return ()
        own = [each for each in claim.grants if each.seq < reach and not each.lapsed]
        return own + self.shared(reach) if self.holder.grants else own

    def assurance(
        self, claim: HeldClaim, identifier: Identifier, reach: int | None = None
    ) -> Assurance:
        """The strongest level that counts for this claim and identifier."""
        levels = [
            grant.level
            for grant in self._grants(claim, reach)
            if not grant.lapsed and covers(grant, identifier)
        ]
        return max(levels, key=_STRENGTH.__getitem__, default=Assurance.DECLARED)

    def proves(self, claim: HeldClaim, identifier: Identifier, reach: int | None) -> bool:
        """Is it more than their word, for a permission that reaches so far, or (None) for a denial? For a
        denial, what has lapsed still counts."""
        return _any_covers(self._grants(claim, reach), identifier)

    def proves_any_of(self, claim: HeldClaim, work: Work, t: int, reach: int) -> bool:
        """For a permission that reaches so far into the log: is one of the work's own identifiers proved by
        this claim?"""
        return any(
            held.seq < reach and self.proves(claim, known(held.text), reach)
            for held in identifiers_of(work, t)
        )

    def proves_without_a_work(self, identifier: Identifier, reach: int) -> bool:
        """For a permission: do the grants that need no work cover it?"""
        return _any_covers(self.shared(reach), identifier)


def proof_for_denial(case: Case, proofs: Proofs) -> bool:
    """Does anything prove an identifier that met this rightsholder, compared wide?"""
    holder, t = proofs.holder.id, case.sitting.at
    for found in case.matches.reached():
        claims = case.claims(found.work, holder)
        if not claims:
            continue
        met = {f"{each.scheme}:{each.wide}" for each in case.met_directly(found)}
        for held in identifiers_of(found.work, t):
            if found.direct and wide_of(held) not in met:
                continue
            if any(proofs.proves(claim, known(held.text), None) for claim in claims):
                return True
    if not case.matches.locations:
        return False
    if any(
        _location_is_proved(proofs, found)
        for found in case.matches.locations.values()
        if case.claims(found.location, holder)
    ):
        return True
    asked, shared = case.identifiers, proofs.shared(None)
    return any(
        covers(grant, asked[index]) for index in _met_by_locations(case, holder) for grant in shared
    )


def _location_is_proved(proofs: Proofs, found: MatchedLocation) -> bool:
    return any(
        grant.location == found.location.url or any(covers(grant, known(url)) for url in found.urls)
        for grant in proofs.shared(None)
        if grant.location is not None
    )


def proof_for_permission(case: Case, proofs: Proofs, reach: int) -> bool:
    """Does proof cover, exactly, every identifier of the question that met this rightsholder? What stands
    behind a permission has its place in the log before `reach`."""
    asked = case.identifiers
    met_a_work: set[int] = set()
    for found in case.matches.works.values():
        claims = case.claims(found.work, proofs.holder.id)
        if not found.direct or not claims:
            continue
        met_a_work |= found.met_by
        reached = [claim for claim in claims if claim.seq < reach]
        for index in found.met_by:
            if found.exactly.get(index, reach) >= reach:
                return False
            if True not in [proofs.proves(claim, asked[index], reach) for claim in reached]:
                return False
    if not case.matches.locations:
        return True
    met_a_location = _met_by_locations(case, proofs.holder.id)
    return all(
        proofs.proves_without_a_work(asked[index], reach) for index in met_a_location - met_a_work
    )


def _met_by_locations(case: Case, holder: str) -> set[int]:
    """The question's identifiers that met a location of the holder, not through their own works."""
    met: set[int] = set()
    for place in case.matches.locations.values():
        if not case.claims(place.location, holder):
            continue
        met |= place.met_by
        for id in place.through:
            through = case.matches.find(id)
            if not case.claims(through.work, holder):
                met |= through.met_by
    return met


def claims_set_aside(case: Case) -> frozenset[str]:
    """The claims that an attested claimant objected to 14 days ago and that nothing proves."""
    direct = [found for found in case.matches.works.values() if found.direct]
    if not [0 for found in direct for claim in found.work.claims if claim.objections]:
        return frozenset()
    by_id = {claim.id: claim for found in direct for claim in found.work.claims}
    met_since = {claim.id: found.met_since for found in direct for claim in found.work.claims}
    aside = set()
    for found in direct:
        met = case.met_directly(found)
        for claim in found.work.claims:
            for objection in claim.objections:
                objector = by_id.get(objection.by)
                if objector is None or objector.ended:
                    continue
                if met_since[objection.by] >= objection.seq:
                    continue  # its work had no identifier that met when it objected
                if objection.at + OBJECTION_MS <= case.sitting.at and _outweighs(
                    case, objector, claim, met
                ):
                    aside.add(claim.id)
    return frozenset(aside)


def _outweighs(case: Case, objector: HeldClaim, claim: HeldClaim, met: list[Identifier]) -> bool:
    attested = Proofs(case.rightsholder(objector.rightsholder))
    doubted = Proofs(case.rightsholder(claim.rightsholder))
    return all(
        attested.assurance(objector, each, EVERYTHING) is Assurance.ATTESTED for each in met
    ) and not any(doubted.proves(claim, each, None) for each in met)
