"""What stands behind each identifier of a work for one of its claimants, and what their word about it is worth.

By the same proofs as an answer (docs/answering.md, sections 2, 5 and 6). It weighs the claimant's own claims alone;
what a platform is told rests on everybody's, and on what was asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from registry.domain.dossiers import (
    OBJECTION_MS,
    HeldClaim,
    HeldIdentifier,
    Removal,
    Rightsholder,
    Work,
)
from registry.domain.matching import known
from registry.domain.proof import EVERYTHING, Proofs
from registry.domain.removals import identifiers_of
from registry.domain.vocabulary import Assurance
from registry.services.find import standing

Worth = Literal["word", "proved", "lapsed", "disputed", "objected"]
"""A no counts in each of them, but for one that was objected to: that one until the day which is named."""

_STRENGTH = list(Assurance)


@dataclass(frozen=True, slots=True)
class Weighed:
    """An identifier as the claimant stands behind it. `until` (ms): from then on an unproven word may be passed over,
    because somebody with proof objected. `removal`: the claimant's own, while it waits."""

    text: str
    level: Assurance
    worth: Worth
    until: int | None
    removal: Removal | None


def weigh(work: Work, holder: Rightsholder, now: int) -> list[Weighed]:
    """Every identifier of the work that stands at `now` (ms), in the order in which they came."""
    claims = [claim for claim in standing(work) if claim.rightsholder == holder.id]
    return [_weighed(held, claims, holder, now) for held in identifiers_of(work, now)]


def _weighed(
    held: HeldIdentifier, claims: Sequence[HeldClaim], holder: Rightsholder, now: int
) -> Weighed:
    proofs, identifier = Proofs(holder), known(held.text)
    levels = [proofs.assurance(claim, identifier) for claim in claims]
    level = max(levels, key=_STRENGTH.index, default=Assurance.DECLARED)
    until, worth = None, _worth(level, claims, proofs, held)
    if worth == "word":
        objected = [each.at + OBJECTION_MS for claim in claims for each in claim.objections]
        if objected and all(claim.objections for claim in claims):
            until, worth = max(objected), "objected"
    removal = next(
        (each for each in held.removals if each.by == holder.id and _waits(each, now)), None
    )
    return Weighed(held.text, level, worth, until, removal)


def _worth(
    level: Assurance, claims: Sequence[HeldClaim], proofs: Proofs, held: HeldIdentifier
) -> Worth:
    identifier = known(held.text)
    if claims and all(claim.disputes for claim in claims):
        return "disputed"
    if any(
        proofs.assurance(claim, identifier, EVERYTHING) is not Assurance.DECLARED
        for claim in claims
    ):
        return "proved"
    if level is Assurance.DECLARED and any(
        proofs.proves(claim, identifier, None) for claim in claims
    ):
        return "lapsed"
    return "word" if level is Assurance.DECLARED else "disputed"


def _waits(removal: Removal, now: int) -> bool:
    if removal.wait.cancelled_at is not None:
        return False
    effect = removal.effect()
    return effect is None or effect > now
