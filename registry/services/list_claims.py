"""What stands where: the claims of a rightsholder, or all on whatever an identifier meets, as a steward reads them."""

from dataclasses import dataclass

from registry.domain.dossiers import HeldClaim, Location, Work
from registry.domain.events import Subject
from registry.domain.identifiers import parse_identifier
from registry.services.find import claimed, the_rightsholder
from registry.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ClaimOn:
    """One claim with what it is on; `grants`: (id, level, what for), those shared by all claims included."""

    claim: HeldClaim
    on: Work | Location
    name: str
    grants: tuple[tuple[str, str, str], ...]


def claims_of(
    uow: UnitOfWork, rightsholder: str, *, after: str = "", limit: int = 100
) -> list[ClaimOn]:
    """The claims of one rightsholder, by the id of what they are on, after the id `after`.

    Raises: NotFound.
    """
    the_rightsholder(uow, rightsholder, field="rightsholder")
    subjects = uow.projection.held_by(rightsholder, after, limit)
    uow.projection.load(subject.id for subject in subjects)
    return [
        each
        for subject in subjects
        for each in _claims_on(uow, subject)
        if each.claim.rightsholder == rightsholder
    ]


def claims_met_by(uow: UnitOfWork, identifier: str) -> list[ClaimOn]:
    """Every claim, by whomever, on the works that this identifier meets.

    Raises: InvalidIdentifier.
    """
    subjects = uow.projection.meeting(parse_identifier(identifier).wide_key)
    return [each for subject in subjects for each in _claims_on(uow, subject)]


def _claims_on(uow: UnitOfWork, subject: Subject) -> list[ClaimOn]:
    on = claimed(uow, subject)
    found = []
    for claim in on.claims:
        holder = the_rightsholder(uow, claim.rightsholder)
        shared = [grant for grant in holder.grants if grant.claim == claim.id]
        grants = tuple(
            (grant.id, grant.level.value, grant.identifier or grant.prefix or grant.location or "")
            for grant in [*claim.grants, *shared]
            if not grant.lapsed
        )
        found.append(ClaimOn(claim, on, holder.name, grants))
    return found
