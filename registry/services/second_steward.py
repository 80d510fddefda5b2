"""Acts that touch somebody else's declarations take two stewards: one proposes, and a second, different one confirms
within a week, or declines. Until then nothing has happened (docs/adr/0028-the-audit-trail.md).

What restricts takes effect at once, by one: to open a dispute, to take an assurance back, to cancel a loosening.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from registry.domain.ids import is_id, new_id
from registry.errors import Conflict, Forbidden, InvalidInput, NotFound
from registry.instants import DAY_MS
from registry.services.actor import Actor
from registry.services.dispute_claim import answer_objection, decide_dispute, two_stewards
from registry.services.find import the_claim, the_rightsholder
from registry.services.help_account import let_act_for
from registry.services.ledger import Ledger
from registry.services.settle_loosening import confirm_loosening, whose_loosening
from registry.storage.members import MemberRole
from registry.storage.proposals import Proposal
from registry.storage.unit_of_work import UnitOfWork

WEEK_MS: Final = 7 * DAY_MS
DECIDE: Final = "dispute.decided"
ANSWER: Final = "claim.objection-answered"
ACT_FOR: Final = "account.acts-for"
CONFIRM: Final = "loosening.confirmed"


def propose_decision(
    ledger: Ledger, dispute: str, *, upheld: bool, by: Actor, reason: str
) -> Proposal:
    """A dispute is to be decided so. Raises: NotFound, InvalidInput (field reason)."""
    if ledger.uow.projection.find(dispute) is None:
        raise NotFound(f"there is no open dispute {dispute!r}", field="dispute")
    wanted = {"dispute": dispute, "upheld": upheld, "reason": _reason(reason)}
    return _propose(ledger, DECIDE, wanted, by)


def propose_answer(ledger: Ledger, claim: str, *, by: Actor, reason: str) -> Proposal:
    """A claim that was objected to is to be upheld. Raises: NotFound, Conflict, InvalidInput (field reason)."""
    objections = _objections(ledger.uow, claim)
    if not objections:
        raise Conflict("nobody objected to this claim", field="claim")
    wanted = {"claim": claim, "objections": objections, "reason": _reason(reason)}
    return _propose(ledger, ANSWER, wanted, by)


def propose_member(
    ledger: Ledger, account: str, rightsholder: str, role: MemberRole, by: Actor
) -> Proposal:
    """An account is to act for a rightsholder that has works or people already. Raises: NotFound."""
    the_rightsholder(ledger.uow, rightsholder, field="rightsholder")
    wanted = {"account": account, "rightsholder": rightsholder, "role": role.value}
    return _propose(ledger, ACT_FOR, wanted, by)


def propose_confirmation(ledger: Ledger, loosening: str, by: Actor) -> Proposal:
    """What waits is to be confirmed, of a rightsholder for whom people act. Raises: NotFound."""
    whose_loosening(ledger.uow, loosening)
    return _propose(ledger, CONFIRM, {"loosening": loosening}, by)


def confirms_itself(uow: UnitOfWork, loosening: str) -> bool:
    """Does somebody act for whom this loosens? They can confirm it themselves, with a fresh proof of who they are; that
    a steward does it for them takes two. Raises: NotFound."""
    return bool(uow.members.of(whose_loosening(uow, loosening)))


def is_somebodys(uow: UnitOfWork, rightsholder: str) -> bool:
    """Does anybody act for this rightsholder, or has it claimed or said anything?"""
    holder = the_rightsholder(uow, rightsholder, field="rightsholder")
    return bool(
        uow.members.of(rightsholder)
        or holder.declarations
        or uow.projection.held_by(rightsholder, after="", limit=1)
    )


def confirm_proposal(ledger: Ledger, id: str, by: Actor) -> Proposal:
    """Does what another steward has proposed.

    Raises: NotFound, Conflict for one that is settled or over, Forbidden for the steward who proposed it; and what the
    act itself raises, if it is not possible any more.
    """
    proposal = _the_waiting(ledger.uow, id, ledger.now)
    stewards = (proposal.proposed_by, by.id)
    two_stewards(stewards)
    if not ledger.uow.proposals.settle(id, "confirmed", by.id, ledger.now):
        raise Conflict("this is settled already", field="proposal")
    _DONE_BY[proposal.act](ledger, proposal.wanted, stewards, by)
    return proposal


def decline_proposal(ledger: Ledger, id: str, by: Actor) -> Proposal:
    """Nothing comes of it. Whoever proposed it may do that too. Raises: NotFound, Conflict."""
    proposal = _the_waiting(ledger.uow, id, ledger.now)
    if not ledger.uow.proposals.settle(id, "declined", by.id, ledger.now):
        raise Conflict("this is settled already", field="proposal")
    return proposal


def _propose(ledger: Ledger, act: str, wanted: Mapping[str, Any], by: Actor) -> Proposal:
    if by.authority != "steward":
        raise Forbidden("only stewards propose this")
    now = ledger.now
    proposal = Proposal(new_id(now), act, wanted, by.id, now, now + WEEK_MS)
    ledger.uow.proposals.add(proposal)
    return proposal


def _the_waiting(uow: UnitOfWork, id: str, now: int) -> Proposal:
    proposal = uow.proposals.find(id) if is_id(id) else None
    if proposal is None:
        raise NotFound(f"there is no proposal {id[:100]!r}", field="proposal")
    if not proposal.waits(now):
        raise Conflict("this is settled already, or its week is over", field="proposal")
    return proposal


def _reason(reason: str) -> str:
    if not reason.strip():
        raise InvalidInput("say why: the reason is logged for ever", field="reason")
    return reason.strip()


Do = Callable[[Ledger, Mapping[str, Any], tuple[str, str], Actor], object]


def _decide(
    ledger: Ledger, wanted: Mapping[str, Any], stewards: tuple[str, str], by: Actor
) -> None:
    upheld, reason = bool(wanted["upheld"]), str(wanted["reason"])
    decide_dispute(
        ledger, wanted["dispute"], upheld=upheld, stewards=stewards, by=by, reason=reason
    )


def _answer(
    ledger: Ledger, wanted: Mapping[str, Any], stewards: tuple[str, str], by: Actor
) -> None:
    if not set(_objections(ledger.uow, wanted["claim"])) <= set(wanted.get("objections", ())):
        raise Conflict(
            "somebody has objected since this was proposed; look at that, and propose it anew",
            field="proposal",
        )
    answer_objection(ledger, wanted["claim"], stewards=stewards, by=by, reason=wanted["reason"])


def _objections(uow: UnitOfWork, claim: str) -> list[int]:
    """The events by which this claim was objected to, and not answered yet."""
    return [each.seq for each in the_claim(uow, claim)[2].objections]


def _act_for(ledger: Ledger, wanted: Mapping[str, Any], _s: tuple[str, str], by: Actor) -> None:
    account = ledger.uow.accounts.find(wanted["account"])
    if account is None:
        raise NotFound("the account was deleted", field="account")
    role = MemberRole(wanted["role"])
    let_act_for(ledger.uow, account.address, wanted["rightsholder"], role, by, ledger.now)


def _confirm(ledger: Ledger, wanted: Mapping[str, Any], _s: tuple[str, str], by: Actor) -> None:
    confirm_loosening(ledger, wanted["loosening"], by)


_DONE_BY: Final[Mapping[str, Do]] = {
    DECIDE: _decide,
    ANSWER: _answer,
    ACT_FOR: _act_for,
    CONFIRM: _confirm,
}
