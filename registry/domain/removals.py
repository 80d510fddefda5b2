"""Which identifiers and links of a work stand at a time (docs/answering.md, section 2)."""

from collections.abc import Sequence

from registry.domain.dossiers import (
    HeldClaim,
    HeldIdentifier,
    HeldLink,
    Removal,
    Stander,
    Work,
)
from registry.domain.vocabulary import LinkKind


def gone(
    removals: Sequence[Removal], held_by: Sequence[HeldClaim] | Sequence[Stander], t: int
) -> bool:
    """Was there a moment up to `t` at which everyone whose word it then took had taken it away? Whoever
    came later brings nothing back."""
    effects = [(removal, removal.effect()) for removal in removals]
    counting = [(removal, at) for removal, at in effects if at is not None and at <= t]
    for removal, moment in counting:
        removed_by = {other.by for other, at in counting if at <= moment}
        needed = {
            each.rightsholder for each in held_by if each.at < moment or each.seq < removal.seq
        }
        if needed <= removed_by:
            return True
    return False


def identifiers_of(work: Work, t: int) -> list[HeldIdentifier]:
    """The identifiers that stand at `t`: one is gone when all who claimed the work removed it."""
    for held in work.identifiers:
        if held.removals:
            break
    else:
        return work.identifiers
    claimants = [claim for claim in work.claims if not claim.ended]
    return [held for held in work.identifiers if not gone(held.removals, claimants, t)]


def links_of(work: Work, t: int, *kinds: LinkKind) -> list[HeldLink]:
    """The links of these kinds that stand at `t`: one is gone when all who stood by it removed it."""
    return [
        link
        for link in work.links
        if link.kind in kinds and not (link.removals and gone(link.removals, link.stands_by, t))
    ]
