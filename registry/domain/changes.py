"""When what is known of a work, location or rightsholder next changes by itself (docs/answering.md, section 7).

Statements start and end, removals take effect, objections begin to count: all at times that are known beforehand.
"""

from collections.abc import Sequence

from registry.domain.dossiers import OBJECTION_MS, Location, Removal, Rightsholder, Work
from registry.domain.standing import moments

NEVER = 2**63 - 1
"""A moment that does not come."""


def next_change(known: Work | Location | Rightsholder, t: int) -> int:
    """The first moment after `t` (ms) at which something about it changes by itself, or NEVER."""
    found = all_changes(known)
    return min([moment for moment in found if moment > t], default=NEVER) if found else NEVER


def all_changes(known: Work | Location | Rightsholder) -> list[int]:
    """Every moment (ms) at which something about it changes by itself, past ones too, in no order."""
    found: list[int] = []
    if known.declarations:
        found += moments(known.declarations)
    if not isinstance(known, Rightsholder):
        for claim in known.claims:
            for objection in claim.objections:
                found.append(objection.at + OBJECTION_MS)
    if isinstance(known, Work):
        for held in known.identifiers:
            if held.removals:
                found += _effects(held.removals)
        for link in known.links:
            if link.removals:
                found += _effects(link.removals)
    return found


def _effects(removals: Sequence[Removal]) -> Sequence[int]:
    effects = [removal.effect() for removal in removals]
    return [effect for effect in effects if effect is not None]
