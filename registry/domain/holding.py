"""What one rightsholder holds of what a question reached, and the scopes at which they may have spoken.

Source: docs/answering.md, section 5. A scope is one step outwards: work, releases, locations, catalogue.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from typing import Literal

import msgspec

from registry.domain.case import Case
from registry.domain.dossiers import HeldClaim, HeldDeclaration, Location, Work
from registry.domain.matching import MatchedWork
from registry.domain.proof import Proofs, proof_for_denial, proof_for_permission
from registry.domain.removals import links_of
from registry.domain.standing import reach_of
from registry.domain.vocabulary import LinkKind

ScopeName = Literal["work", "release", "location", "catalogue"]


class Scope(msgspec.Struct, frozen=True, gc=False):
    """One step outwards: its name and the places that stand there (equals are one scope).

    A place is a work or a location, or None for the catalogue, each with what was declared there.
    `steps`: how far away these releases are, where it takes steps to them.
    """

    name: ScopeName
    places: tuple[tuple[Work | Location | None, list[HeldDeclaration]], ...]
    steps: int | None = None


class Holding:
    """One rightsholder in one case: what they hold of what was reached, and their proof."""

    __slots__ = (
        "_claims",
        "_leads_to",
        "_led_to",
        "_proof_to_deny",
        "_proof_to_permit",
        "case",
        "dossier",
        "id",
        "locations",
        "proofs",
    )

    def __init__(self, case: Case, id: str) -> None:
        self.case = case
        self.id = id
        self.dossier = case.rightsholder(id)
        self.proofs = Proofs(self.dossier)
        self._claims: dict[str, list[HeldClaim]] = {}
        self._proof_to_deny: bool | None = None
        self._proof_to_permit: dict[int, bool] = {}
        self._leads_to: dict[tuple[str, int], dict[str, int]] = {}
        self._led_to: dict[int, set[str]] = {}
        self.locations = self._longest_prefix_first() if case.matches.locations else []

    def claims(self, claimed: Work | Location) -> list[HeldClaim]:
        """Their claims on it that have not ended and are not set aside."""
        found = self._claims.get(claimed.id)
        if found is None:
            found = self._claims[claimed.id] = self.case.claims(claimed, self.id)
        return found

    def behind(self, claimed: Work | Location, reach: int) -> list[HeldClaim]:
        """Those of their claims that can stand behind a permission which reaches so far into the log."""
        return [claim for claim in self.claims(claimed) if claim.seq < reach and not claim.disputes]

    @property
    def proof_to_deny(self) -> bool:
        """Is an identifier that met them proved, compared wide?"""
        if self._proof_to_deny is None:
            self._proof_to_deny = proof_for_denial(self.case, self.proofs)
        return self._proof_to_deny

    def proof_to_permit(self, reach: int) -> bool:
        """Does proof cover, exactly, every identifier of the question that met them?"""
        found = self._proof_to_permit.get(reach)
        if found is None:
            found = proof_for_permission(self.case, self.proofs, reach)
            self._proof_to_permit[reach] = found
        return found

    def _longest_prefix_first(self) -> list[Location]:
        """Their locations that were found, longest prefix first."""
        found = [each.location for each in self.case.matches.locations.values()]
        mine = [location for location in found if self.claims(location)]
        if len(mine) > 1:
            mine.sort(key=lambda location: (location.rank, location.id), reverse=True)
        return mine

    def is_led_to(self, found: MatchedWork, reach: int) -> bool:
        """For what links lead to: do they stand by every link of a way to it from a work that matched?"""
        known = self._led_to.get(reach)
        if known is None:
            known = self._led_to[reach] = self._follow(reach)
        return found.work.id in known

    def _follow(self, reach: int) -> set[str]:
        matches = self.case.matches
        ways: dict[str, list[str]] = defaultdict(list)
        for found in matches.reached():
            for (source, _), link in found.links_in.items():
                if link.is_stood_by(self.id, reach):
                    ways[source].append(found.work.id)
        led_to: set[str] = set()
        frontier = [each.work.id for each in matches.works.values() if each.direct]
        while frontier:
            further = {target for source in frontier for target in ways[source]} - led_to
            led_to |= further
            frontier = list(further)
        return led_to

    def proves_its_own(self, work: Work, claims: list[HeldClaim], reach: int) -> bool:
        """For a permission: is one of the work's own identifiers proved by one of these claims?"""
        t = self.case.sitting.at
        return any(self.proofs.proves_any_of(claim, work, t, reach) for claim in claims)

    def leads_to(self, found: MatchedWork, reach: int) -> dict[str, int]:
        """The releases to which this work leads by links that they stand by: id → the fewest steps."""
        known = self._leads_to.get((found.work.id, reach))
        if known is None:
            known = self._leads_to[found.work.id, reach] = self._climb(found, reach)
        return known

    def _climb(self, found: MatchedWork, reach: int) -> dict[str, int]:
        matches, t = self.case.matches, self.case.sitting.at
        steps: dict[str, int] = {}
        if not found.work.links:
            return steps
        frontier, distance = [found.work], 0
        while frontier:
            distance += 1
            up = {
                link.to
                for work in frontier
                for link in links_of(work, t, LinkKind.PART_OF)
                if link.is_stood_by(self.id, reach) and matches.has(link.to)
            }
            up -= {found.work.id, *steps}
            steps.update(dict.fromkeys(up, distance))
            frontier = [matches.find(id).work for id in sorted(up)]
        return steps

    def lies_under(self, found: MatchedWork, location: Location, reach: int) -> bool:
        """Is the location there by a URL of the question, or by one of this work, or of a release to which it
        leads, that this reach takes in?"""
        place = self.case.matches.locations[location.id]
        if place.met_by:
            return True
        near = (found.work.id, *self.leads_to(found, reach))
        return any(place.through.get(id, reach) < reach for id in near)

    def proves_what_it_met(self, found: MatchedWork, claim: HeldClaim, reach: int) -> bool:
        """For a permission: does this one claim prove every identifier of the question that met the work?"""
        met = self.case.met_directly(found)
        return False not in [self.proofs.proves(claim, each, reach) for each in met]

    def takes_in(self, found: MatchedWork, place: Work | Location, reach: int) -> bool:
        """Does a permission about this work which reaches so far know of this release or location?"""
        if isinstance(place, Location):
            return self.lies_under(found, place, reach)
        return place.id in self.leads_to(found, reach)

    def beyond(self, found: MatchedWork, reach: int) -> list[Work | Location]:
        """Their releases and locations among the scopes of this work that such a permission does not know of."""
        matches = self.case.matches
        places: list[Work | Location] = []
        reached = matches.distances.get(found.work.id)
        if reached:
            releases = [matches.find(id).work for id in sorted(reached)]
            places += [each for each in releases if self.claims(each)]
        places += self.locations_around(found)
        return [each for each in places if not self.takes_in(found, each, reach)]

    def scopes_of(self, found: MatchedWork) -> list[Scope]:
        """Work, releases by distance, locations by prefix, catalogue; a release begins at releases."""
        matches = self.case.matches
        name: ScopeName = "work" if found.work.id in matches.works else "release"
        own = Scope(name, ((found.work, found.work.declarations),))
        outwards = self.outwards_from(self.locations_around(found))
        distances = matches.distances.get(found.work.id)
        releases = self._releases(found, distances) if distances else ()
        return [own, *releases, *outwards]

    def _releases(self, found: MatchedWork, distances: dict[str, int]) -> Iterator[Scope]:
        """Their releases, nearest first; one stands at every distance at which something may be heard there."""
        at: dict[int, list[Work]] = defaultdict(list)
        for id, distance in distances.items():
            release = self.case.matches.find(id).work
            if self.claims(release):
                reaches = {
                    reach_of(held, statement)
                    for held in release.declarations
                    if held.rightsholder == self.id
                    for statement in held.statements
                }
                for steps in {distance, *(self.steps_to(found, release, each) for each in reaches)}:
                    at[steps].append(release)
        for steps in sorted(at):
            nearest = sorted(at[steps], key=lambda release: release.id)
            yield Scope("release", tuple((each, each.declarations) for each in nearest), steps)

    def steps_to(self, found: MatchedWork, release: Work, reach: int) -> int:
        """How far away a permission is heard that was given for the release and reaches so far: as far as
        the work leads to it by links that they stand by; where it does not, as far as any links do."""
        steps = self.leads_to(found, reach).get(release.id)
        return self.case.matches.distances[found.work.id][release.id] if steps is None else steps

    def locations_around(self, found: MatchedWork) -> list[Location]:
        """Their locations which cover a URL of the question, or of this work or its releases."""
        matches, id = self.case.matches, found.work.id
        if not self.locations:
            return []
        places = [(location, matches.locations[location.id]) for location in self.locations]
        releases = matches.distances.get(id)
        if not releases:
            return [one for one, place in places if place.met_by or id in place.through]
        near = {id, *releases}
        return [one for one, place in places if place.met_by or place.through.keys() & near]

    def outwards_from(self, locations: list[Location]) -> list[Scope]:
        """These locations, longest prefix first (equals are one scope), then the catalogue."""
        catalogue = Scope("catalogue", ((None, self.dossier.declarations),))
        if len(locations) < 2:
            return [
                *(Scope("location", ((one, one.declarations),)) for one in locations),
                catalogue,
            ]
        scopes = [
            Scope("location", tuple((location, location.declarations) for location in equals))
            for _, equals in groupby(locations, key=lambda location: location.rank)
        ]
        return [*scopes, catalogue]
