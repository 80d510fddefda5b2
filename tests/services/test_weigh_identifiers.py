"""What an identifier is worth, held against what whoever asks by it is told."""

from typing import cast

import pytest

from registry.domain.dossiers import OBJECTION_MS, Rightsholder, Work
from registry.domain.events import AssuranceLapsed, Subject
from registry.domain.vocabulary import Assurance, Decision, Role
from registry.services.actor import REGISTRY
from registry.services.dispute_claim import object_to_claim, open_dispute
from registry.services.register_work import (
    add_identifiers,
    claim_subject,
    propose_identifier_removal,
)
from registry.services.settle_loosening import cancel_loosening
from registry.services.weigh_identifiers import Weighed, weigh
from tests.registries import DAY, STEWARD, Desk

URL = "https://ada.example/a.mp3"
ISRC = "isrc:GBAYE0601498"


def weighed(desk: Desk, work: str, by: str = "R1") -> dict[str, Weighed]:
    with desk.registry.reading() as uow:
        dossier = cast(Work, uow.projection.dossier("work", work))
        holder = cast(Rightsholder, uow.projection.dossier("rightsholder", desk.rightsholder(by)))
        return {each.text: each for each in weigh(dossier, holder, desk.clock())}


def test_a_word_is_worth_a_no_and_proof_a_yes_identifier_by_identifier(desk: Desk) -> None:
    work, claim = desk.work(URL, ISRC)
    desk.prove(claim, URL)
    found = weighed(desk, work)
    assert (found[URL].worth, found[URL].level) == ("proved", Assurance.CONTROLLED)
    assert (found[ISRC].worth, found[ISRC].level) == ("word", Assurance.DECLARED)
    desk.declare(work, generative_training="allow")
    desk.clock.forward(4 * DAY)
    assert desk.ask(URL).permitted
    assert not desk.ask(ISRC).permitted


def test_a_proof_that_lapsed_and_a_claim_in_dispute_carry_no_yes(desk: Desk) -> None:
    work, claim = desk.work(URL)
    desk.prove(claim, URL)
    holder = desk.rightsholder()
    with desk.registry.reading() as uow:
        (held,) = cast(Work, uow.projection.dossier("work", work)).claims
    with desk.registry.writing() as ledger:
        subject = Subject("work", work)
        event = AssuranceLapsed(held.grants[0].id, claim, subject, holder, "gone")
        ledger.append(event, REGISTRY)
    assert weighed(desk, work)[URL].worth == "lapsed"
    desk.prove(claim, URL)
    assert weighed(desk, work)[URL].worth == "proved"
    with desk.registry.writing() as ledger:
        open_dispute(ledger, claim, STEWARD, "somebody doubts it")
    assert weighed(desk, work)[URL].worth == "disputed"


def test_who_was_objected_to_is_told_until_when_their_word_counts(desk: Desk) -> None:
    work, doubted = desk.work(ISRC)
    desk.declare(work, generative_training="deny")
    holder = desk.rightsholder("R2")
    with desk.registry.writing() as ledger:
        subject = Subject("work", work)
        claim = claim_subject(ledger, holder, subject, Role.RECORDING, "mine", STEWARD)
    desk.prove(claim.id, ISRC, Assurance.ATTESTED)
    with desk.registry.writing() as ledger:
        object_to_claim(ledger, doubted, claim.id, STEWARD)
        objected_at = ledger.now
    mine = weighed(desk, work)[ISRC]
    assert (mine.worth, mine.until) == ("objected", objected_at + OBJECTION_MS)
    assert weighed(desk, work, "R2")[ISRC].worth == "proved"
    answer = desk.ask(ISRC).answer
    assert answer is not None
    assert answer.decision is Decision.DENY
    desk.clock.now = mine.until or 0
    answer = desk.ask(ISRC).answer
    assert answer is not None
    assert answer.decision is Decision.UNSTATED


@pytest.mark.parametrize("stopped", [True, False])
def test_a_name_that_is_being_taken_away_says_so_until_it_is_gone_or_kept(
    desk: Desk, stopped: bool
) -> None:
    work, _ = desk.work(URL, ISRC)
    with desk.registry.writing() as ledger:
        gone = propose_identifier_removal(ledger, desk.rightsholder(), work, ISRC, STEWARD)
    assert weighed(desk, work)[ISRC].removal is not None
    assert weighed(desk, work)[URL].removal is None
    if stopped:
        with desk.registry.writing() as ledger:
            cancel_loosening(ledger, gone.loosening, STEWARD)
        assert weighed(desk, work)[ISRC].removal is None
        return
    desk.confirm(gone.loosening)
    desk.clock.now = gone.takes_effect_at
    assert list(weighed(desk, work)) == [URL]
    with desk.registry.writing() as ledger:
        add_identifiers(ledger, desk.rightsholder(), work, [ISRC], STEWARD)
    assert weighed(desk, work)[ISRC].removal is None
