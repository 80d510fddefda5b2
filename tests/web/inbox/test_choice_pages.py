"""Which notices come by mail is one's own choice, by a page or by one click in the mail, and never of what guards."""

from registry.services.monthly_notice import tell_month
from registry.services.send_mail import send_mail
from registry.storage.lookup_counts import Told
from registry.storage.mails import Mail
from tests.web.inbox.test_inbox_pages import holder
from tests.web.people import ON_SQLITE, People, Person

pytestmark = ON_SQLITE

CLICK = {"List-Unsubscribe": "One-Click"}


def monthly(people: People, person: Person) -> Mail:
    """The mail of a month in which somebody asked."""
    desk, name = people.desk, "Ada Lane"
    desk.names[name] = holder(person, name)
    work, _ = desk.work("isrc:GBAYE0600001", by=name)
    platform = desk.platform()
    with desk.registry.bookkeeping() as uow:
        day = desk.clock.now - desk.clock.now % 86_400_000
        uow.lookup_counts.add({Told(work, day, platform, "search", "deny"): 2})
    tell_month(desk.registry, "2026-09")
    return person.mails()[-1]


def test_a_choice_is_kept_and_can_be_taken_back(people: People) -> None:
    ada = people.sign_in("Ada")
    kinds = {each["kind"]: each["mail"] for each in ada.data("/account/notices")["kinds"]}
    assert kinds["who-asked"] is True
    assert "loosening-pending" not in kinds
    ada.client.post(
        "/account/notices",
        data={"form_token": ada.token(), "mail": ["link-made", "nonsense"]},
        headers={"Origin": ada.origin, "Sec-Fetch-Site": "same-origin"},
        base_url=ada.origin,
    )
    kinds = {each["kind"]: each["mail"] for each in ada.data("/account/notices")["kinds"]}
    assert [kind for kind, mail in kinds.items() if mail] == ["link-made"]
    assert "Your choice is kept." in ada.page("/account/notices?kept=1")
    assert ada.post("/account/notices", token="x").status_code == 403


def test_one_click_in_the_mail_ends_them_without_a_session(people: People) -> None:
    ada = people.sign_in("Ada")
    mail = monthly(people, ada)
    assert mail.letter == "who-asked"
    path = mail.words["unsubscribe"]

    class Taker:
        def send(self, message) -> None:  # type: ignore[no-untyped-def]
            assert message["List-Unsubscribe"] == f"<{ada.origin}{path}>"
            assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
            for part in ("plain", "html"):
                text = message.get_body((part,)).get_content()
                assert "P: “No”, 2 ×" in text
                assert f"{ada.origin}/asked?rightsholder=" in text.replace("&amp;", "&")

    send_mail(mail, Taker(), "registry@r.example", ada.origin)

    program = people.visitor("Program").client
    opened = program.get(path, base_url=ada.origin)
    assert opened.status_code == 200
    assert "Send me no more of them" in opened.text
    assert _wanted(ada), "to open it changes nothing"
    for _ in range(2):
        clicked = program.post(path, data=CLICK, base_url=ada.origin)
        assert clicked.status_code == 200, "no reply leads elsewhere"
        assert not _wanted(ada)
    assert "You get no more of these mails" in clicked.text


def test_a_made_up_secret_ends_nothing_and_learns_nothing(people: People) -> None:
    ada = people.sign_in("Ada")
    for path in (
        "/inbox/no-more",
        "/inbox/no-more?secret=x",
        f"/inbox/no-more?secret={ada.account.id}",
    ):
        for reply in (ada.get(path), ada.post(path)):
            assert reply.status_code == 404
    assert _wanted(ada)


def _wanted(person: Person) -> bool:
    kinds = person.data("/account/notices")["kinds"]
    return bool(next(each["mail"] for each in kinds if each["kind"] == "who-asked"))
