"""What is said in the plain case (`plain_case.py`): of a work, by those who hold it and at locations around it, and at
locations alone. Whatever is not a plain no, or nothing, raises `NotPlainError`.

Nothing here depends on who asks, or by which identifier.
"""

from collections.abc import Mapping, Sequence

import msgspec

from registry.domain.dossiers import HeldDeclaration, Location, Rightsholder, Work
from registry.domain.holding import ScopeName
from registry.domain.judging import Said
from registry.domain.sitting import Sitting
from registry.domain.vocabulary import Preference


class NotPlainError(Exception):
    """The general rules have to decide."""


class DenialAt(msgspec.Struct, frozen=True, gc=False):
    """Somebody says no at locations, the most specific of which is `nearest`."""

    holder: Rightsholder
    nearest: Location
    said: Said


class SaidOfWork(msgspec.Struct, frozen=True, gc=False):
    """What each holder of a work says (None: nothing), in order of id; and who says no at locations, and holds no work
    there."""

    holders: list[tuple[Rightsholder, Said | None]]
    elsewhere: list[DenialAt]

    @property
    def denied(self) -> bool:
        return bool(self.elsewhere) or any(said is not None for _, said in self.holders)


class SaidAtLocations(msgspec.Struct, frozen=True, gc=False):
    """Who says no at locations, in order of id; `somebody_spoke`: did a holder of one ever declare anything there, or
    for their catalogue?"""

    denials: list[DenialAt]
    somebody_spoke: bool


def said_of(sitting: Sitting, work: Work, places: Mapping[str, list[Location]]) -> SaidOfWork:
    """What is said of a work without links around which these locations lie (`places_of_holders`).

    Raises: NotPlainError, LookupError.
    """
    elsewhere = dict(places)
    holders: list[tuple[Rightsholder, Said | None]] = []
    for id in _holders(work):
        holder = sitting.rightsholder(id)
        holders.append((holder, _first_denial(sitting, holder, work, elsewhere.pop(id, ()))))
    return SaidOfWork(holders, _denials_at(sitting, elsewhere))


def said_at(sitting: Sitting, places: Mapping[str, list[Location]]) -> SaidAtLocations:
    """What is said at locations. Raises: NotPlainError, LookupError."""
    denials = _denials_at(sitting, places)
    return SaidAtLocations(denials, not denials and _somebody_spoke_at(sitting, places))


def _denials_at(sitting: Sitting, places: Mapping[str, list[Location]]) -> list[DenialAt]:
    found = []
    for id in sorted(places):
        holder = sitting.rightsholder(id)
        said = _first_denial(sitting, holder, None, places[id])
        if said is not None:
            found.append(DenialAt(holder, places[id][0], said))
    return found


def _somebody_spoke_at(sitting: Sitting, places: Mapping[str, list[Location]]) -> bool:
    """Did the holder of a location that was found ever declare anything there, or for their catalogue?"""
    for id, locations in places.items():
        declarations = [*sitting.rightsholder(id).declarations]
        for location in locations:
            declarations += location.declarations
        if any(held.rightsholder == id for held in declarations):
            return True
    return False


def places_of_holders(locations: Sequence[Location]) -> dict[str, list[Location]]:
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
                raise NotPlainError  # equals are one scope
    return found


def _holders(claimed: Work | Location) -> list[str]:
    """Who holds it, in order of id."""
    found: list[str] = []
    for claim in claimed.claims:
        if claim.disputes or claim.objections:
            raise NotPlainError
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
                raise NotPlainError  # it takes proof
            said += there
    if holder.declarations:
        said += _denials(sitting, "catalogue", None, holder.declarations, holder)
    if said and on_hosts_alone:
        raise NotPlainError  # it takes proof
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
            raise NotPlainError
    return [Said(scope, place, each) for each in standing]
