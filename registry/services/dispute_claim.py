"""Disputes and objections. A dispute alone never turns a restriction into a permission; deciding one that
ends somebody's claim takes two stewards."""

import unicodedata

from registry.domain.events import ClaimObjected, DisputeDecided, DisputeOpened, ObjectionAnswered
from registry.domain.ids import new_id
from registry.errors import Conflict, Forbidden, InvalidInput, NotFound
from registry.services.actor import Actor
from registry.services.find import claimed, the_claim
from registry.services.ledger import Ledger


def open_dispute(ledger: Ledger, claim_id: str, by: Actor, reason: str) -> DisputeOpened:
    """Disputes a claim: its permissions stop counting, its restrictions stand.

    Raises: NotFound, Conflict for a claim that has ended.
    """
    subject, _, claim = the_claim(ledger.uow, claim_id)
    if claim.ended:
        raise Conflict("this claim has ended already", field="claim")
    event = DisputeOpened(
        dispute=new_id(ledger.now),
        claim=claim.id,
        subject=subject,
        rightsholder=claim.rightsholder,
        reason=_reason(reason),
    )
    ledger.append(event, by, details={"claim": claim.id})
    return event


def decide_dispute(
    ledger: Ledger,
    dispute_id: str,
    *,
    upheld: bool,
    stewards: tuple[str, ...],
    by: Actor,
    reason: str,
) -> DisputeDecided:
    """Decides a dispute: upheld, the claim ends now; rejected, it stands as before.

    Raises: NotFound, Forbidden unless two different stewards decide.
    """
    two_stewards(stewards)
    subject = ledger.uow.projection.find(dispute_id)
    if subject is None:
        raise NotFound(f"there is no open dispute {dispute_id!r}", field="dispute")
    for claim in claimed(ledger.uow, subject).claims:
        if dispute_id in claim.disputes:
            event = DisputeDecided(
                dispute=dispute_id,
                claim=claim.id,
                subject=subject,
                rightsholder=claim.rightsholder,
                upheld=upheld,
                stewards=stewards,
                reason=_reason(reason),
            )
            ledger.append(event, by, details={"claim": claim.id})
            return event
    raise NotFound(f"there is no open dispute {dispute_id!r}", field="dispute")


def object_to_claim(ledger: Ledger, claim_id: str, by_claim: str, by: Actor) -> ClaimObjected:
    """An attested claimant objects to somebody's unproven claim: it counts 14 days more unless proved.

    Raises: NotFound, Conflict against one's own claim.
    """
    subject, _, claim = the_claim(ledger.uow, claim_id)
    _, _, objecting = the_claim(ledger.uow, by_claim)
    if objecting.rightsholder == claim.rightsholder:
        raise Conflict("both claims are by the same rightsholder", field="by")
    event = ClaimObjected(
        claim=claim.id, subject=subject, by=objecting.id, objector=objecting.rightsholder
    )
    ledger.append(event, by, details={"claim": claim.id})
    return event


def answer_objection(
    ledger: Ledger, claim_id: str, *, stewards: tuple[str, ...], by: Actor, reason: str
) -> ObjectionAnswered:
    """Upholds a claim that was objected to: it counts on.

    Raises: NotFound, Conflict where nobody objected, Forbidden unless two stewards decide.
    """
    two_stewards(stewards)
    subject, _, claim = the_claim(ledger.uow, claim_id)
    if not claim.objections:
        raise Conflict("nobody objected to this claim", field="claim")
    event = ObjectionAnswered(
        claim=claim.id, subject=subject, stewards=stewards, reason=_reason(reason)
    )
    ledger.append(event, by, details={"claim": claim.id})
    return event


def two_stewards(stewards: tuple[str, ...]) -> None:
    """Raises: Forbidden unless two different people decide: one who writes their name otherwise (in wide letters, with
    other blanks or signs) is no second one."""
    if len({_name(each) for each in stewards} - {""}) < 2:
        raise Forbidden(
            "this touches somebody else's declarations: it takes two different stewards"
        )


def _name(steward: str) -> str:
    """The letters, their marks, and the digits of a name."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", steward).casefold())
    return "".join(each for each in plain if unicodedata.category(each)[0] in "LMN")


def _reason(reason: str) -> str:
    if not reason.strip():
        raise InvalidInput("say why: the reason is logged for ever", field="reason")
    return reason.strip()
