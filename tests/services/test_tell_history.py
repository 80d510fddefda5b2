"""The history of a work: every event that touched it and nothing of others, from a log that holds both."""

from typing import cast

from registry.domain.dossiers import Rightsholder, Work
from registry.domain.events import Subject
from registry.domain.touched import touched
from registry.domain.vocabulary import LinkKind, Role
from registry.services.attest_claim import attest_claim
from registry.services.declare import withdraw
from registry.services.dispute_claim import decide_dispute, open_dispute
from registry.services.link_works import link_works
from registry.services.rebuild import rebuild_projection
from registry.services.register_work import (
    add_identifiers,
    claim_subject,
    propose_identifier_removal,
)
from registry.services.replay import sequenced
from registry.services.settle_loosening import cancel_loosening
from registry.services.tell_history import Happened, history_of
from tests.registries import STEWARD, Desk

URL = "https://ada.example/a.mp3"
ISRC = "isrc:GBAYE0601498"


def told(desk: Desk, work: str) -> list[Happened]:
    with desk.registry.reading() as uow:
        dossier = cast(Work, uow.projection.dossier("work", work))
        holder = cast(Rightsholder, uow.projection.dossier("rightsholder", desk.rightsholder()))
        found, cut = history_of(uow, dossier, holder)
    assert not cut
    return found


def lived(desk: Desk) -> tuple[str, str]:
    """(a work to which everything happened, another one to which the like happened)."""
    work, claim = desk.work(URL)
    other, _ = desk.work("isrc:USRC17607839")
    holder, mine = desk.rightsholder(), Subject("catalogue", desk.rightsholder())
    record = desk.declare(work, generative_training="deny").record.id
    for one in (work, other):
        with desk.registry.writing() as ledger:  # several events of one transaction
            add_identifiers(ledger, holder, one, [ISRC, "upc:036000291452"], STEWARD)
            propose_identifier_removal(ledger, holder, one, ISRC, STEWARD)
    desk.declare(mine, ai_training="deny")
    desk.declare(other, ai_training="deny")
    with desk.registry.writing() as ledger:
        attest_claim(ledger, claim, STEWARD, "seen", prefix="isrc:GBAYE")
        attest_claim(ledger, claim, STEWARD, "seen", prefix="isrc:FR6V8")
        link_works(ledger, holder, work, LinkKind.PART_OF, other, STEWARD)
        gone = withdraw(ledger, holder, record, STEWARD)
        cancel_loosening(ledger, gone.record.id, STEWARD)
    theirs = desk.rightsholder("R2")
    with desk.registry.writing() as ledger:
        subject = Subject("work", work)
        second = claim_subject(ledger, theirs, subject, Role.COMPOSITION, "mine", STEWARD)
        dispute = open_dispute(ledger, second.id, STEWARD, "not theirs")
        two = ("alice", "bob")
        decide_dispute(
            ledger, dispute.dispute, upheld=True, stewards=two, by=STEWARD, reason="letters"
        )
    return work, other


def test_it_is_what_the_log_says_of_the_work_and_of_what_reaches_it(desk: Desk) -> None:
    work, _ = lived(desk)
    with desk.registry.reading() as uow:
        log = [sequenced(stored) for stored in uow.log.events()]
    expected = []
    for entry in log:
        event = entry.event
        on_it = ("work", work) in touched(event)
        of_all = getattr(event, "subject", None) == Subject("catalogue", desk.rightsholder())
        if on_it or of_all or getattr(event, "prefix", None) == "isrc:GBAYE":
            expected.append(Happened(entry.seq, entry.at, event))
    found = told(desk, work)
    assert found == expected[::-1]
    kinds = {type(each.event).__name__ for each in found}
    assert len(kinds) == 11, sorted(kinds)


def test_after_a_rebuild_it_is_told_the_same(desk: Desk) -> None:
    work, _ = lived(desk)
    before = told(desk, work)
    with desk.registry.writing() as ledger:
        rebuild_projection(ledger.uow)
    assert told(desk, work) == before


def test_the_other_work_knows_nothing_of_it(desk: Desk) -> None:
    work, other = lived(desk)
    for each in told(desk, other):
        reaches_it = getattr(each.event, "prefix", None) == "isrc:GBAYE"
        assert reaches_it or work not in str(each.event), each
