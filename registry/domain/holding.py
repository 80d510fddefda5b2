"""What one rightsholder holds of what a question reached, and the scopes at which they may have spoken.

Source: docs/answering.md, section 5. A scope is one step outwards: work, releases, locations, catalogue.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Literal

from registry.domain.case import Case
from registry.domain.dossiers import HeldClaim, HeldDeclaration, Location, Work
from registry.domain.matching import MatchedWork
from registry.domain.proof import Proofs, proof_for_denial, proof_for_permission

ScopeName = Literal["work", "release", "location", "catalogue"]


@dataclass(frozen=True, slots=True)
class Scope:
    """One step outwards: its name and the places that stand there (equals are one scope).

    A place is a work or a location, or None for the catalogue, each with what was declared there.
    """

    name: ScopeName
    places: tuple[tuple[Work | Location | None, list[HeldDeclaration]], ...]


class Holding:
    """One rightsholder in one case: what they hold of what was reached, and their proof."""

    def __init__(self, case: Case, id: str) -> None:
        self.case = case
        self.id = id
        self.dossier = case.rightsholder(id)
        self.proofs = Proofs(self.dossier)
        self._claims: dict[str, list[HeldClaim]] = {}

    def claims(self, claimed: Work | Location) -> list[HeldClaim]:
        """Their claims on it that have not ended and are not set aside."""
        found = self._claims.get(claimed.id)
        if found is None:
            found = self._claims[claimed.id] = self.case.claims(claimed, self.id)
        return found

    def undisputed(self, claimed: Work | Location) -> list[HeldClaim]:
        """Those of their claims that can stand behind a permission."""
        return [claim for claim in self.claims(claimed) if not claim.disputes]

    @cached_property
    def proof_to_deny(self) -> bool:
        """Is an identifier that met them proved, compared wide?"""
        return proof_for_denial(self.case, self.proofs)

    @cached_property
    def proof_to_permit(self) -> bool:
        """Does proof cover, exactly, every identifier of the question that met them?"""
        return proof_for_permission(self.case, self.proofs)

    @cached_property
    def locations(self) -> list[Location]:
        """Their locations that were found, longest prefix first."""
        found = [each.location for each in self.case.matches.locations.values()]
        mine = [location for location in found if self.claims(location)]
        return sorted(mine, key=lambda location: (location.rank, location.id), reverse=True)

    def stands_behind(self, found: MatchedWork, claims: list[HeldClaim]) -> bool:
        """For what a link leads to: one of its own identifiers proved by one of these claims, and a link
        stood by that leads to it (and not only round to it from itself)."""
        links = found.links_in.items()
        mine = {source for (source, _), link in links if self.id in link.stands_by}
        if not mine or self.case.matches.reached_without(found.work.id).isdisjoint(mine):
            return False
        t = self.case.question.at
        return any(self.proofs.proves_any_of(claim, found.work, t) for claim in claims)

    def proves_what_it_met(self, found: MatchedWork, claim: HeldClaim) -> bool:
        """For a permission: does this one claim prove every identifier of the question that met the work?"""
        met = self.case.met_directly(found)
        return all(self.proofs.proves(claim, each, permission=True) for each in met)

    def scopes_of(self, found: MatchedWork) -> list[Scope]:
        """Work, releases by distance, locations by prefix, catalogue; a release begins at releases."""
        matches = self.case.matches
        name: ScopeName = "work" if found.work.id in matches.works else "release"
        scopes = [Scope(name, ((found.work, found.work.declarations),))]
        distances = matches.distances.get(found.work.id)
        if distances:
            reached = [(distance, matches.find(id).work) for id, distance in distances.items()]
            mine = [(distance, work) for distance, work in reached if self.claims(work)]
            mine.sort(key=lambda pair: (pair[0], pair[1].id))
            for _, group in groupby(mine, key=lambda pair: pair[0]):
                places = tuple((work, work.declarations) for _, work in group)
                scopes.append(Scope("release", places))
        return [*scopes, *self.outwards_from(self.locations_around(found))]

    def locations_around(self, found: MatchedWork) -> list[Location]:
        """Their locations which cover a URL of the question, or of this work or its releases."""
        if not self.locations:
            return []
        matches = self.case.matches
        near = {found.work.id, *matches.distances.get(found.work.id, ())}
        places = ((location, matches.locations[location.id]) for location in self.locations)
        return [location for location, place in places if place.met_by or place.through & near]

    def outwards_from(self, locations: list[Location]) -> list[Scope]:
        """These locations, longest prefix first (equals are one scope), then the catalogue."""
        scopes = [
            Scope("location", tuple((location, location.declarations) for location in equals))
            for _, equals in groupby(locations, key=lambda location: location.rank)
        ]
        return [*scopes, Scope("catalogue", ((None, self.dossier.declarations),))]
