"""Once a month, and once a person: who asked about their works, also where the telling is broken off in the middle."""

import json

import pytest

from registry.errors import InvalidInput
from registry.instants import DAY_MS, HOUR_MS, parse_rfc3339
from registry.services import monthly_notice
from registry.services.monthly_notice import MONTH, ask_for_month, month_before, tell_month
from registry.services.notify import NoticeKind, written
from registry.storage.lookup_counts import Told
from registry.storage.members import Delegation
from tests.inboxes import inbox, mails, person, told
from tests.registries import Desk

NOVEMBER, DECEMBER = parse_rfc3339("2026-11-01T00:00:00Z"), parse_rfc3339("2026-12-01T00:00:00Z")


def asked(desk: Desk, work: str, decision: str, count: int, day: int = NOVEMBER) -> None:
    with desk.registry.bookkeeping() as uow:
        platform = desk.names["P"]
        uow.lookup_counts.add({Told(work, day, platform, "search", decision): count})


@pytest.fixture
def month(desk: Desk) -> Desk:
    """It is December: in November P asked about two works of R1, and about none of R2."""
    desk.platform()
    first, _ = desk.work("isrc:GBAYE0600001", title="Nine \u202eLives")
    second, _ = desk.work("isrc:GBAYE0600002", title="Toaster")
    desk.work("isrc:GBAYE0600003", by="R2")
    asked(desk, first, "deny", 5)
    asked(desk, second, "deny", 2, NOVEMBER + 29 * DAY_MS)
    asked(desk, second, "allow", 3)
    asked(desk, first, "deny", 4, NOVEMBER - DAY_MS)
    asked(desk, first, "deny", 100, DECEMBER)
    desk.clock.now = DECEMBER + 7 * HOUR_MS
    return desk


def test_a_month_is_asked_for_once_it_is_settled_and_once(desk: Desk) -> None:
    desk.clock.now = DECEMBER + HOUR_MS
    with desk.registry.bookkeeping() as uow:
        assert not ask_for_month(uow, desk.clock())
        assert ask_for_month(uow, desk.clock.forward(6 * HOUR_MS))
        assert not ask_for_month(uow, desk.clock.forward(HOUR_MS))
        assert [job.key for job in uow.jobs.listed(kind=MONTH, limit=9)] == ["2026-11"]
    assert month_before(parse_rfc3339("2027-01-31T23:00:00Z")).name == "2026-12"
    with pytest.raises(InvalidInput):
        tell_month(desk.registry, "never")


def test_who_asked_is_told_with_what_they_were_told_and_the_month_before(month: Desk) -> None:
    ada = person(month, "Ada", "R1")
    assert tell_month(month.registry, "2026-11") == 1
    (notice,) = inbox(month, ada)
    with month.registry.reading() as uow:
        letter = written(uow, notice, "en")
        german = written(uow, notice, "de")
    assert letter.subject == "Who asked about your works in November 2026"
    assert "How often: 10. The month before: 4." in letter.paragraphs[0]
    assert letter.lists == (
        ("By platform", ("P: “No”, 7 ×", "P: “Yes”, 3 ×")),
        ("Asked about most", ("Nine Lives: 5 ×", "Toaster: 5 ×")),
    )
    assert "November 2026" in german.subject
    assert german.lists[0][1][0] == "P: „Nein“, 7 ×"
    assert letter.link == f"/asked?rightsholder={month.names['R1']}&month=2026-11"
    (mail,) = mails(month, ada)
    assert json.loads(mail.words["works"])[0]["number"] == "5"
    assert mail.words["unsubscribe"].startswith("/inbox/no-more?secret=")


def test_nobody_asked_is_a_quiet_line_and_no_mail(month: Desk) -> None:
    ben = person(month, "Ben", "R2")
    nobody = person(month, "Nora", "R3")
    tell_month(month.registry, "2026-11")
    (notice,) = inbox(month, ben)
    assert notice.kind == "nobody-asked"
    assert notice.read_at is not None
    assert mails(month, ben) == inbox(month, nobody) == []


def test_a_label_finds_its_artists_in_the_inbox_without_a_mail_for_each(month: Desk) -> None:
    person(month, "Ada", "R1")
    lena = person(month, "Lena", "Label")
    with month.registry.bookkeeping() as uow:
        for artist in ("R1", "R2"):
            agent = month.names["Label"]
            uow.members.delegate(Delegation(month.names[artist], agent, month.clock()))
    tell_month(month.registry, "2026-11")
    assert told(month, lena) == [("who-asked", 1)]
    assert mails(month, lena) == []


def test_who_wants_no_mail_of_it_gets_none(month: Desk) -> None:
    ada = person(month, "Ada", "R1")
    with month.registry.bookkeeping() as uow:
        uow.notices.want(ada.id, NoticeKind.WHO_ASKED, mail=False)
    tell_month(month.registry, "2026-11")
    assert told(month, ada) == [("who-asked", 1)]
    assert mails(month, ada) == []


def test_broken_off_at_any_place_everybody_is_told_exactly_once(
    month: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [person(month, f"Ada{n}", "R1") for n in range(2)]
    people += [person(month, f"Ben{n}", "R2") for n in range(2)]
    whole, calls = monthly_notice.mail_of, 0

    def dies(*given, **more):  # type: ignore[no-untyped-def]
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return whole(*given, **more)

    monkeypatch.setattr(monthly_notice, "mail_of", dies)
    with pytest.raises(KeyboardInterrupt):
        tell_month(month.registry, "2026-11")
    for _ in range(3):
        tell_month(month.registry, "2026-11")
    assert [len(inbox(month, each)) for each in people] == [1, 1, 1, 1]
    assert [len(mails(month, each)) for each in people] == [1, 1, 0, 0]
