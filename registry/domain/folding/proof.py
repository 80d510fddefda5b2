"""Folds proof gained and lapsed, disputes and objections.

A grant for one identifier is kept with its claim; one for a prefix or location with the rightsholder, since
it counts for all their claims.
"""

from collections.abc import Mapping

from registry.domain.dossiers import Grant, Objection
from registry.domain.event_body import Sequenced
from registry.domain.events import (
    AssuranceGained,
    AssuranceLapsed,
    ClaimObjected,
    DisputeDecided,
    DisputeOpened,
    Event,
    ObjectionAnswered,
)
from registry.domain.folding.access import (
    Dossiers,
    Handler,
    keep,
    the,
    the_claimed,
    the_rightsholder,
)


def _assurance_gained(dossiers: Dossiers, _entry: Sequenced, event: AssuranceGained) -> None:
    claimed = the_claimed(dossiers, event.subject)
    claim = the(claimed.claims, event.claim)
    if claim.ended:
        return
    dossiers.handle(event.grant, event.subject)
    grant = Grant(
        id=event.grant,
        seq=max(claim.seq, event.log_place or 0),
        claim=event.claim,
        level=event.level,
        identifier=event.identifier,
        prefix=event.prefix,
        location=event.location,
        subdomains=event.subdomains,
    )
    if event.identifier is not None:
        claim.grants = [*claim.grants, grant]
        keep(dossiers, claimed)
        return
    holder = the_rightsholder(dossiers, event.rightsholder)
    grant.disputes = list(claim.disputes)
    holder.grants = [*holder.grants, grant]
    keep(dossiers, holder)


def _assurance_lapsed(dossiers: Dossiers, _entry: Sequenced, event: AssuranceLapsed) -> None:
    """What was gained for a claim that has ended is gone already."""
    claimed = the_claimed(dossiers, event.subject)
    claim = the(claimed.claims, event.claim)
    holder = the_rightsholder(dossiers, event.rightsholder)
    for grant in [*claim.grants, *holder.grants]:
        grant.lapsed = grant.lapsed or grant.id == event.grant
    keep(dossiers, claimed)
    keep(dossiers, holder)


def _dispute_opened(dossiers: Dossiers, _entry: Sequenced, event: DisputeOpened) -> None:
    claimed = the_claimed(dossiers, event.subject)
    claim = the(claimed.claims, event.claim)
    claim.disputes = [*claim.disputes, event.dispute]
    dossiers.handle(event.dispute, event.subject)
    keep(dossiers, claimed)
    holder = the_rightsholder(dossiers, event.rightsholder)
    for grant in holder.grants:
        if grant.claim == claim.id:
            grant.disputes = list(claim.disputes)
    keep(dossiers, holder)


def _dispute_decided(dossiers: Dossiers, _entry: Sequenced, event: DisputeDecided) -> None:
    claimed = the_claimed(dossiers, event.subject)
    claim = the(claimed.claims, event.claim)
    holder = the_rightsholder(dossiers, event.rightsholder)
    claim.disputes = [dispute for dispute in claim.disputes if dispute != event.dispute]
    if event.upheld:
        claim.ended = True
        holder.grants = [grant for grant in holder.grants if grant.claim != claim.id]
    for grant in holder.grants:
        if grant.claim == claim.id:
            grant.disputes = list(claim.disputes)
    keep(dossiers, claimed)
    keep(dossiers, holder)


def _claim_objected(dossiers: Dossiers, entry: Sequenced, event: ClaimObjected) -> None:
    claimed = the_claimed(dossiers, event.subject)
    claim = the(claimed.claims, event.claim)
    claim.objections = [*claim.objections, Objection(by=event.by, at=entry.at, seq=entry.seq)]
    keep(dossiers, claimed)


def _objection_answered(dossiers: Dossiers, _entry: Sequenced, event: ObjectionAnswered) -> None:
    claimed = the_claimed(dossiers, event.subject)
    the(claimed.claims, event.claim).objections = []
    keep(dossiers, claimed)


HANDLERS: Mapping[type[Event], Handler] = {
    AssuranceGained: _assurance_gained,
    AssuranceLapsed: _assurance_lapsed,
    DisputeOpened: _dispute_opened,
    DisputeDecided: _dispute_decided,
    ClaimObjected: _claim_objected,
    ObjectionAnswered: _objection_answered,
}
