"""What touches somebody else's declarations is done by two stewards: proposed by one, confirmed by another, both in the
journal; nothing happens before."""

import pytest

from registry.errors import Conflict, Forbidden, InvalidInput, NotFound
from registry.services.actor import Actor
from registry.services.dispute_claim import object_to_claim, open_dispute
from registry.services.find import the_claim
from registry.services.second_steward import (
    WEEK_MS,
    confirm_proposal,
    decline_proposal,
    is_somebodys,
    propose_answer,
    propose_decision,
    propose_member,
)
from registry.storage.accounts import Account
from registry.storage.acts import Wanted
from registry.storage.members import MemberRole
from registry.storage.proposals import Proposal
from tests.registries import STEWARD, TOKEN, Desk

BEA, CYD = Actor("Bea", "steward"), Actor("Cyd", "steward")


def disputed(desk: Desk) -> tuple[str, str]:
    """(claim, dispute)."""
    _, claim = desk.work("isrc:GBAYE0601498")
    with desk.registry.writing() as ledger:
        return claim, open_dispute(ledger, claim, STEWARD, "not theirs").dispute


def proposed(desk: Desk, dispute: str, *, upheld: bool = True) -> Proposal:
    with desk.registry.writing() as ledger:
        return propose_decision(ledger, dispute, upheld=upheld, by=BEA, reason="papers")


def ended(desk: Desk, claim: str) -> bool:
    with desk.registry.reading() as uow:
        return the_claim(uow, claim)[2].ended


def test_a_claim_ends_when_a_second_steward_confirms_and_both_stand_in_the_log(desk: Desk) -> None:
    claim, dispute = disputed(desk)
    proposal = proposed(desk, dispute)
    assert not ended(desk, claim)
    for name in ("Bea", " bea", "B ea", "\uff22\uff45\uff41", "Bea."):
        again = Actor(name, "steward")
        with desk.registry.writing() as ledger, pytest.raises(Forbidden, match="two different"):
            confirm_proposal(ledger, proposal.id, again)
    assert not ended(desk, claim)
    with desk.registry.writing() as ledger:
        confirm_proposal(ledger, proposal.id, CYD)
    assert ended(desk, claim)
    with desk.registry.reading() as uow:
        made = uow.acts.page(Wanted(about=dispute, kind="proposal.made")).acts
        (decided,) = uow.acts.page(Wanted(who="Cyd", kind="dispute.decided")).acts
        event = uow.log.event_at(decided.seq or 0)
    assert len(made) == 1
    assert event is not None
    assert b'"stewards":["Bea","Cyd"]' in event.body
    with desk.registry.writing() as ledger, pytest.raises(Conflict, match="settled"):
        confirm_proposal(ledger, proposal.id, CYD)


def test_what_is_declined_or_a_week_old_comes_to_nothing(desk: Desk) -> None:
    claim, dispute = disputed(desk)
    first, second = proposed(desk, dispute), proposed(desk, dispute)
    with desk.registry.writing() as ledger:
        decline_proposal(ledger, first.id, BEA)
    with desk.registry.writing() as ledger, pytest.raises(Conflict):
        confirm_proposal(ledger, first.id, CYD)
    desk.clock.forward(WEEK_MS + 1_000)
    with desk.registry.writing() as ledger, pytest.raises(Conflict, match="week"):
        confirm_proposal(ledger, second.id, CYD)
    with desk.registry.reading() as uow:
        assert uow.proposals.waiting(desk.clock()) == []
    assert not ended(desk, claim)


def test_what_is_not_possible_any_more_leaves_the_proposal_as_it_was(desk: Desk) -> None:
    _, dispute = disputed(desk)
    first, second = proposed(desk, dispute), proposed(desk, dispute, upheld=False)
    with desk.registry.writing() as ledger:
        confirm_proposal(ledger, first.id, CYD)
    with pytest.raises(NotFound), desk.registry.writing() as ledger:
        confirm_proposal(ledger, second.id, CYD)
    with desk.registry.reading() as uow:
        assert [each.id for each in uow.proposals.waiting(desk.clock())] == [second.id]


def test_an_objection_is_answered_by_two(desk: Desk) -> None:
    work, claim = desk.work("isrc:GBAYE0601498")
    _, other = desk.work("isrc:GBAYE0601499", by="R2")
    with desk.registry.writing() as ledger, pytest.raises(Conflict, match="nobody objected"):
        propose_answer(ledger, claim, by=BEA, reason="papers")
    with desk.registry.writing() as ledger:
        object_to_claim(ledger, claim, other, STEWARD)
        proposal = propose_answer(ledger, claim, by=BEA, reason="papers")
    with desk.registry.writing() as ledger:
        confirm_proposal(ledger, proposal.id, CYD)
    with desk.registry.reading() as uow:
        assert uow.acts.page(Wanted(about=work, kind="claim.objection-answered")).acts


def test_who_objects_after_an_answer_was_proposed_is_not_answered_by_it(desk: Desk) -> None:
    _, claim = desk.work("isrc:GBAYE0601498")
    _, first = desk.work("isrc:GBAYE0601499", by="R2")
    _, later = desk.work("isrc:GBAYE0601411", by="R3")
    with desk.registry.writing() as ledger:
        object_to_claim(ledger, claim, first, STEWARD)
        proposal = propose_answer(ledger, claim, by=BEA, reason="R2 is wrong")
    with desk.registry.writing() as ledger:
        object_to_claim(ledger, claim, later, STEWARD)
    with (
        pytest.raises(Conflict, match="since this was proposed"),
        desk.registry.writing() as ledger,
    ):
        confirm_proposal(ledger, proposal.id, CYD)
    with desk.registry.reading() as uow:
        assert len(the_claim(uow, claim)[2].objections) == 2


def test_somebody_takes_a_rightsholder_over_by_the_word_of_two(desk: Desk) -> None:
    holder, fresh = desk.rightsholder(), desk.rightsholder("R9")
    desk.work("isrc:GBAYE0601498")
    eve = Account("eve", "eve@example.org", "eve@example.org", "Eve", "en", 1)
    with desk.registry.writing() as ledger:
        ledger.uow.accounts.add(eve)
        assert is_somebodys(ledger.uow, holder)
        assert not is_somebodys(ledger.uow, fresh)
        proposal = propose_member(ledger, eve.id, holder, MemberRole.OWNER, BEA)
        assert ledger.uow.members.of(holder) == []
    with desk.registry.writing() as ledger:
        confirm_proposal(ledger, proposal.id, CYD)
        assert [each.account for each in ledger.uow.members.of(holder)] == [eve.id]


def test_only_stewards_propose_with_a_reason_about_what_is_there(desk: Desk) -> None:
    _, dispute = disputed(desk)
    with desk.registry.writing() as ledger:
        with pytest.raises(Forbidden):
            propose_decision(ledger, dispute, upheld=True, by=TOKEN, reason="papers")
        with pytest.raises(InvalidInput):
            propose_decision(ledger, dispute, upheld=True, by=BEA, reason=" ")
        with pytest.raises(NotFound):
            propose_decision(ledger, "nothing", upheld=True, by=BEA, reason="papers")
        with pytest.raises(NotFound):
            confirm_proposal(ledger, "nothing", CYD)
