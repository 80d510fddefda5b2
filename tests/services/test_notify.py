"""One row a person and thing to know, one mail to whoever wants one, in the transaction of the act itself."""

import pytest

from registry.errors import InvalidInput
from registry.instants import HOUR_MS
from registry.mail.letters import LETTERS
from registry.services.notify import (
    CHOSEN,
    MAIL_WAITS_MS,
    NoticeKind,
    kind_named,
    notify,
    written,
)
from registry.storage.members import Delegation, MemberRole
from tests.inboxes import inbox, mails, person, told
from tests.registries import Desk

WORK = "01990000-0000-7000-8000-000000000000"


def tell(desk: Desk, kind: NoticeKind, what: str = "A song", count: int = 1) -> None:
    with desk.registry.bookkeeping() as uow:
        holder = desk.names["R1"]
        notify(uow, holder, kind, desk.clock(), about=WORK, count=count, what=what, other="B")


def test_everybody_who_acts_for_it_is_told_in_their_language_and_nobody_else(desk: Desk) -> None:
    ada = person(desk, "Ada", "R1")
    vera = person(desk, "Vera", "R1", role=MemberRole.VIEWER, language="de")
    lena = person(desk, "Lena", "Label", language="fr")
    eve = person(desk, "Eve", "R2")
    with desk.registry.bookkeeping() as uow:
        uow.members.delegate(Delegation(desk.names["R1"], desk.names["Label"], desk.clock()))
    tell(desk, NoticeKind.CLAIM_PROVED)
    for each in (ada, vera, lena):
        assert told(desk, each) == [("claim-proved", 1)]
    assert inbox(desk, eve) == mails(desk, eve) == []
    found = {mail.language: mail for each in (ada, vera, lena) for mail in mails(desk, each)}
    assert sorted(found) == ["de", "en", "fr"]
    assert found["en"].words["link"] == f"/works/{WORK}"


def test_what_is_not_committed_tells_nobody(desk: Desk) -> None:
    ada = person(desk, "Ada", "R1")

    def tells_and_fails() -> None:
        with desk.registry.bookkeeping() as uow:
            notify(uow, desk.names["R1"], NoticeKind.CLAIM_PROVED, desk.clock(), what="x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tells_and_fails()
    assert inbox(desk, ada) == mails(desk, ada) == []


def test_a_flood_is_one_notice_with_a_number_and_one_mail(desk: Desk) -> None:
    ada = person(desk, "Ada", "R1")
    for _ in range(4):
        tell(desk, NoticeKind.COMPETING_CLAIM, count=10_000)
        desk.clock.forward(1_000)
    assert told(desk, ada) == [("competing-claim", 40_000)]
    (mail,) = mails(desk, ada)
    assert mail.words["count"] == "40000"
    assert mail.words["link"] == f"/works?rightsholder={desk.names['R1']}"
    with desk.registry.reading() as uow:
        job = uow.jobs.of("mail", mail.id)
    assert job is not None
    assert job.due == mail.made_at + MAIL_WAITS_MS

    with desk.registry.bookkeeping() as uow:
        uow.mails.remove(mail.id)  # it is sent
        uow.notices.read(ada.id, desk.clock(), id=inbox(desk, ada)[0].id)
    tell(desk, NoticeKind.COMPETING_CLAIM)
    assert told(desk, ada) == [("competing-claim", 40_001)]
    assert inbox(desk, ada)[0].read_at is None, "it says something new"
    assert mails(desk, ada) == []
    desk.clock.forward(HOUR_MS)
    tell(desk, NoticeKind.COMPETING_CLAIM)
    assert told(desk, ada) == [("competing-claim", 1), ("competing-claim", 40_001)]
    assert len(mails(desk, ada)) == 1


def test_a_kind_may_be_switched_off_for_mail_but_never_what_guards_the_account(desk: Desk) -> None:
    ada = person(desk, "Ada", "R1")
    with desk.registry.bookkeeping() as uow:
        for kind in NoticeKind:
            uow.notices.want(ada.id, kind, mail=False)
    tell(desk, NoticeKind.CLAIM_PROVED)
    tell(desk, NoticeKind.CLAIM_DISPUTED)
    assert sorted(told(desk, ada)) == [("claim-disputed", 1), ("claim-proved", 1)]
    assert [mail.letter for mail in mails(desk, ada)] == ["claim-disputed"]
    guards = {kind for kind in NoticeKind if kind.startswith(("loosening", "members", "competing"))}
    assert guards
    assert not guards & set(CHOSEN)
    with pytest.raises(InvalidInput):
        kind_named("loosening-pending")


def test_a_notice_that_lacks_a_word_is_refused_before_anybody_has_it(desk: Desk) -> None:
    ada = person(desk, "Ada", "R1")
    with pytest.raises(InvalidInput, match="who"):
        tell(desk, NoticeKind.LOOSENING_STOPPED)
    assert inbox(desk, ada) == []


def test_every_kind_has_its_letter() -> None:
    assert {kind.value for kind in NoticeKind} <= LETTERS.keys()


def test_what_a_stranger_wrote_stays_in_its_place(desk: Desk) -> None:
    ada = person(desk, "Ada", "R1")
    hostile = "<b>\u202eevil\r\nBcc: x@evil.example https://evil.example \u05d0" + "x" * 400
    tell(desk, NoticeKind.CLAIM_PROVED, what=hostile)
    with desk.registry.reading() as uow:
        letter = written(uow, inbox(desk, ada)[0], "en")
    assert letter.subject.startswith("Proved: \u2068<b>evil  Bcc:")
    assert letter.subject.endswith("…\u2069")
    assert len(letter.subject) < 100
    assert letter.link == f"/works/{WORK}"


def test_who_did_it_is_named_as_they_are_called_now_and_nobody_passes_for_a_steward(
    desk: Desk,
) -> None:
    ada, fake = person(desk, "Ada", "R1"), person(desk, "steward")
    with desk.registry.bookkeeping() as uow:
        notify(
            uow,
            desk.names["R1"],
            NoticeKind.LOOSENING_STOPPED,
            desk.clock(),
            what="A song",
            who=fake.id,
        )
    (notice,) = inbox(desk, ada)
    with desk.registry.bookkeeping() as uow:
        assert "stopped by “steward”." in written(uow, notice, "en").paragraphs[0]
        uow.accounts.change(fake.id, name="Eve")
        assert "stopped by Eve." in written(uow, notice, "en").paragraphs[0]
        uow.personal_data.remove(fake.id, fake.address)
    with desk.registry.reading() as uow:
        said = written(uow, notice, "en").paragraphs[0]
    assert "stopped by somebody whose account is deleted." in said


def test_it_goes_with_the_account_and_is_in_its_download(desk: Desk) -> None:
    ada = person(desk, "Ada", "R1")
    tell(desk, NoticeKind.CLAIM_PROVED)
    with desk.registry.bookkeeping() as uow:
        uow.notices.want(ada.id, "link-made", mail=False)
        kept = uow.personal_data.of(ada.id)
        assert [row["kind"] for row in kept["notices"]] == ["claim-proved"]
        assert [row["kind"] for row in kept["unwanted_mails"]] == ["link-made"]
        uow.personal_data.remove(ada.id, ada.address)
    assert inbox(desk, ada) == []
