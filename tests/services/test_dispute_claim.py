"""Disputes and objections: permissions pause, restrictions stand, and two people decide."""

import pytest

from registry.domain.events import Subject
from registry.domain.vocabulary import Assurance, Decision, Role
from registry.errors import Conflict, Forbidden, InvalidInput, NotFound
from registry.services.dispute_claim import (
    answer_objection,
    decide_dispute,
    object_to_claim,
    open_dispute,
    two_stewards,
)
from registry.services.register_work import claim_subject
from tests.registries import DAY, STEWARD, Desk

ISRC = "isrc:GBAYE0601498"
TWO = ("alice", "bob")


def decided(desk: Desk) -> Decision:
    answer = desk.ask(ISRC).answer
    assert answer is not None
    return answer.decision


def test_a_dispute_stops_a_permission_and_its_rejection_gives_it_back(desk: Desk) -> None:
    work, claim = desk.work(ISRC)
    desk.prove(claim, ISRC)
    desk.declare(work, generative_training="allow")
    desk.clock.forward(4 * DAY)
    assert decided(desk) is Decision.ALLOW
    with desk.registry.writing() as ledger:
        dispute = open_dispute(ledger, claim, STEWARD, "not theirs").dispute
    assert decided(desk) is Decision.UNSTATED
    with desk.registry.writing() as ledger:
        decide_dispute(ledger, dispute, upheld=False, stewards=TWO, by=STEWARD, reason="theirs")
    assert decided(desk) is Decision.ALLOW
    with desk.registry.writing() as ledger, pytest.raises(NotFound):
        decide_dispute(ledger, dispute, upheld=True, stewards=TWO, by=STEWARD, reason="again")


def test_a_dispute_never_lifts_a_denial_and_upheld_it_ends_the_claim(desk: Desk) -> None:
    work, claim = desk.work(ISRC)
    desk.declare(work, generative_training="deny")
    with desk.registry.writing() as ledger:
        dispute = open_dispute(ledger, claim, STEWARD, "not theirs").dispute
    assert decided(desk) is Decision.DENY
    with desk.registry.writing() as ledger:
        decide_dispute(ledger, dispute, upheld=True, stewards=TWO, by=STEWARD, reason="seen")
    assert decided(desk) is Decision.UNSTATED
    with desk.registry.writing() as ledger, pytest.raises(Conflict):
        open_dispute(ledger, claim, STEWARD, "again")


@pytest.mark.parametrize("stewards", [(), ("alice",), ("alice", " Alice "), ("alice", " ")])
def test_one_steward_by_whatever_spelling_is_not_two(stewards: tuple[str, ...]) -> None:
    with pytest.raises(Forbidden, match="two different stewards"):
        two_stewards(stewards)
    two_stewards((*stewards, "bob", "carol"))


def test_an_objection_by_an_attested_claimant_sets_an_unproven_denial_aside_after_14_days(
    desk: Desk,
) -> None:
    work, claim = desk.work(ISRC)
    desk.prove(claim, ISRC, Assurance.ATTESTED)
    desk.declare(work, generative_training="allow")
    stranger = desk.rightsholder("Stranger")
    with desk.registry.writing() as ledger:
        strange = claim_subject(
            ledger, stranger, Subject("work", work), Role.OTHER, "mine", STEWARD
        ).id
    desk.declare(work, by="Stranger", generative_training="deny")
    with desk.registry.writing() as ledger:
        object_to_claim(ledger, strange, claim, STEWARD)
    desk.clock.forward(13 * DAY)
    assert decided(desk) is Decision.DENY
    desk.clock.forward(DAY + 1000)
    assert decided(desk) is Decision.ALLOW
    with desk.registry.writing() as ledger:
        answer_objection(ledger, strange, stewards=TWO, by=STEWARD, reason="theirs too")
    assert decided(desk) is Decision.DENY


def test_what_makes_no_sense_is_refused(desk: Desk) -> None:
    _, claim = desk.work(ISRC)
    with desk.registry.writing() as ledger:
        with pytest.raises(Conflict):
            object_to_claim(ledger, claim, claim, STEWARD)
        with pytest.raises(Conflict):
            answer_objection(ledger, claim, stewards=TWO, by=STEWARD, reason="x")
        with pytest.raises(InvalidInput) as raised:
            open_dispute(ledger, claim, STEWARD, " ")
        assert raised.value.field == "reason"
        with pytest.raises(NotFound) as missing:
            open_dispute(ledger, "no id", STEWARD, "x")
        assert missing.value.field == "claim"
