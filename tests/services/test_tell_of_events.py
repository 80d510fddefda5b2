"""What others do to what is mine, and what may allow more, is told by the act itself, through whatever door it came."""

from registry.domain.events import Subject
from registry.domain.vocabulary import LinkKind, Role
from registry.services.attest_claim import lapse_assurance
from registry.services.declare import withdraw
from registry.services.dispute_claim import decide_dispute, open_dispute
from registry.services.link_works import link_works
from registry.services.notify import written
from registry.services.register_work import (
    add_identifiers,
    claim_subject,
    propose_identifier_removal,
)
from registry.services.settle_loosening import cancel_loosening, confirm_loosening
from registry.services.tell_of_events import tell_of_effects
from registry.storage.notices import Notice
from tests.inboxes import inbox, mails, person, told
from tests.registries import DAY, STEWARD, TOKEN, Desk

ISRC = "isrc:GBAYE0601498"
OTHER = "isrc:USRC17607839"


def said(desk: Desk, notice: Notice) -> str:
    with desk.registry.reading() as uow:
        letter = written(uow, notice, "en")
    return " ".join((letter.subject, *letter.paragraphs))


def pass_time(desk: Desk, ms: int) -> None:
    desk.clock.forward(ms)
    with desk.registry.bookkeeping() as uow:
        assert not tell_of_effects(uow, desk.clock())


def test_ones_own_steps_are_no_news(desk: Desk) -> None:
    ada = person(desk, "Ada", "R1")
    work, _ = desk.work(ISRC)
    desk.declare(work, generative_training="deny")
    assert inbox(desk, ada) == mails(desk, ada) == []


def test_a_loosening_is_told_when_asked_for_and_when_it_counts(desk: Desk) -> None:
    ada = person(desk, "Ada", "R1")
    work, _ = desk.work(ISRC)
    desk.declare(work, generative_training="deny")
    desk.declare(work, generative_training="allow", actor=TOKEN)
    (asked,) = inbox(desk, ada)
    assert asked.kind == "loosening-pending"
    assert "a program with an access token" in said(desk, asked)
    assert mails(desk, ada)[0].words["link"] == "/waiting"

    pass_time(desk, 4 * DAY)
    assert told(desk, ada) == [("loosening-pending", 1)], "nobody confirmed it"
    with desk.registry.writing() as ledger:
        confirm_loosening(ledger, asked_for(desk, work), STEWARD)
    pass_time(desk, 1)
    assert told(desk, ada) == [("loosening-effective", 1), ("loosening-pending", 1)]
    pass_time(desk, 1)
    assert len(inbox(desk, ada)) == 2, "and once is enough"


def asked_for(desk: Desk, work: str) -> str:
    with desk.registry.reading() as uow:
        return uow.projection.dossier("work", work).declarations[-1].id  # type: ignore[union-attr]


def test_a_loosening_that_is_stopped_is_told_and_never_told_to_count(desk: Desk) -> None:
    ada = person(desk, "Ada", "R1")
    work, _ = desk.work(ISRC, OTHER)
    denied = desk.declare(work, generative_training="deny")
    with desk.registry.writing() as ledger:
        ended = withdraw(ledger, desk.names["R1"], denied.record.id, STEWARD)
        gone = propose_identifier_removal(ledger, desk.names["R1"], work, OTHER, STEWARD)
    assert told(desk, ada) == [("loosening-pending", 2)]
    with desk.registry.writing() as ledger:
        cancel_loosening(ledger, ended.event.withdrawal, STEWARD)
        cancel_loosening(ledger, gone.loosening, STEWARD)
    pass_time(desk, 10 * DAY)
    assert told(desk, ada) == [("loosening-stopped", 2), ("loosening-pending", 2)]


def test_a_name_that_was_added_again_is_never_told_to_be_gone(desk: Desk) -> None:
    ada = person(desk, "Ada", "R1")
    work, _ = desk.work(ISRC, OTHER)
    with desk.registry.writing() as ledger:
        gone = propose_identifier_removal(ledger, desk.names["R1"], work, OTHER, STEWARD)
        confirm_loosening(ledger, gone.loosening, STEWARD)
    with desk.registry.writing() as ledger:
        add_identifiers(ledger, desk.names["R1"], work, [OTHER], STEWARD)
    pass_time(desk, 10 * DAY)
    assert told(desk, ada) == [("loosening-pending", 1)]


def test_what_counts_later_is_told_for_many_at_once(desk: Desk) -> None:
    ada = person(desk, "Ada", "R1")
    works = [desk.work(f"isrc:GBAYE06000{n:02}")[0] for n in range(3)]
    for work in works:
        desk.declare(work, generative_training="deny")
        desk.declare(work, generative_training="allow")  # by a steward: confirmed at once
    pass_time(desk, 2 * DAY)
    assert told(desk, ada) == [("loosening-pending", 3)]
    pass_time(desk, 2 * DAY)
    assert told(desk, ada)[0] == ("loosening-effective", 3)


def test_another_work_of_the_same_name_is_told_to_whoever_was_first(desk: Desk) -> None:
    ada, ben = person(desk, "Ada", "R1"), person(desk, "Ben", "R2")
    work, _ = desk.work(ISRC)
    desk.work(ISRC, by="R2")
    (notice,) = inbox(desk, ada)
    assert (notice.kind, notice.about) == ("competing-claim", work)
    assert "R2 registered a work" in said(desk, notice)
    assert inbox(desk, ben) == []
    desk.work(OTHER, by="R2")
    assert told(desk, ada) == [("competing-claim", 1)]


def test_one_more_claim_on_the_same_work_is_told(desk: Desk) -> None:
    ada, ben = person(desk, "Ada", "R1"), person(desk, "Ben", "R2")
    work, _ = desk.work(ISRC)
    with desk.registry.writing() as ledger:
        subject = Subject("work", work)
        claim_subject(ledger, desk.names["R2"], subject, Role.RECORDING, None, STEWARD)
    assert told(desk, ada) == [("competing-claim", 1)]
    assert inbox(desk, ben) == []


def test_a_link_is_told_to_the_other_side(desk: Desk) -> None:
    ada, ben = person(desk, "Ada", "R1"), person(desk, "Ben", "R2")
    mine, _ = desk.work(ISRC)
    theirs, _ = desk.work(OTHER, by="R2")
    with desk.registry.writing() as ledger:
        link_works(ledger, desk.names["R2"], theirs, LinkKind.CONTAINS, mine, STEWARD)
    (notice,) = inbox(desk, ada)
    assert (notice.kind, notice.about) == ("link-made", mine)
    assert inbox(desk, ben) == []
    desk.work("isrc:GBAYE0600001", by="R2", part_of=(mine,))
    assert told(desk, ada) == [("link-made", 2)]


def test_what_happens_to_a_claim_is_told(desk: Desk) -> None:
    ada = person(desk, "Ada", "R1")
    _, claim = desk.work(ISRC)
    desk.prove(claim, ISRC)
    with desk.registry.writing() as ledger:
        grant = ledger.uow.projection.dossier("work", inbox(desk, ada)[0].about or "")
        lapse_assurance(ledger, grant.claims[0].grants[0].id, STEWARD, "gone")  # type: ignore[union-attr]
        dispute = open_dispute(ledger, claim, STEWARD, "said so")
    with desk.registry.writing() as ledger:
        decide_dispute(
            ledger, dispute.dispute, upheld=True, stewards=("a", "b"), by=STEWARD, reason="shown"
        )
    assert told(desk, ada)[0] == ("claim-ended", 1)
    assert {kind for kind, _ in told(desk, ada)} == {
        "claim-proved",
        "claim-lapsed",
        "claim-disputed",
        "claim-ended",
    }
