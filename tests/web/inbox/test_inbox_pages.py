"""The inbox says what the mails say, to nobody but whom it concerns, and leads nowhere else."""

import re

from registry.domain.ids import new_id
from registry.services.notify import NoticeKind, notify
from registry.web.inbox.inbox_pages import PAGE
from tests.registries import TOKEN
from tests.web.people import ON_SQLITE, People, Person

pytestmark = ON_SQLITE

HOSTILE = "<script>alert(1)</script>\u202eevil https://evil.example"


def holder(person: Person, name: str = "Ada Lane") -> str:
    made = person.post("/account/rightsholders", name=name)
    return made.headers["Location"].rpartition("/")[2]


def tell(person: Person, rightsholder: str, *, count: int = 1, **words: str) -> str:
    """Tells of a claim that was proved; returns the id of the work."""
    clock = person.registry.clock
    clock.forward(3_600_001)  # type: ignore[attr-defined]  # beyond the hour in which the last one gathers
    work = new_id(clock())
    with person.registry.bookkeeping() as uow:
        kind, given = NoticeKind.CLAIM_PROVED, {"what": "A song", **words}
        notify(uow, rightsholder, kind, clock(), about=work, count=count, **given)
    return work


def test_the_inbox_is_empty_at_first_and_asks_who_one_is(people: People) -> None:
    assert people.visitor().get("/inbox").headers["Location"].startswith("/account/sign-in?next=")
    assert "Nothing is here yet." in people.sign_in("Ada").page("/inbox")


def test_a_notice_says_what_happened_and_what_to_do_until_it_was_read(people: People) -> None:
    ada = people.sign_in("Ada")
    work = tell(ada, holder(ada))
    page = ada.page("/inbox")
    assert "<h2>Proved: A song</h2>" in page
    assert "Proof was seen for the claim of Ada Lane to A song." in page
    assert f'<a class="button" href="/works/{work}">See it</a>' in page
    data = ada.data("/inbox")
    assert data["unread"] == 1
    (notice,) = data["notices"]
    assert (notice["kind"], notice["read"]) == ("claim-proved", False)
    assert ada.post("/inbox/read", notice=notice["id"]).headers["Location"] == "/inbox"
    assert ada.data("/inbox")["unread"] == 0
    assert "I have read it" not in ada.page("/inbox")


def test_all_that_was_shown_is_marked_and_what_came_since_is_not(people: People) -> None:
    ada = people.sign_in("Ada")
    mine = holder(ada)
    tell(ada, mine)
    tell(ada, mine, count=40_000)
    page = ada.page("/inbox")
    assert "2 notices are new." in page
    assert "40,000 times within an hour" in page
    assert "More of the same within an hour: 39999." in page
    shown = re.search(r'name="upto" value="([^"]+)"', page)
    assert shown is not None
    tell(ada, mine)
    ada.post("/inbox/read", upto=shown[1])
    assert [each["read"] for each in ada.data("/inbox")["notices"]] == [False, True, True]


def test_older_notices_are_on_pages_of_their_own(people: People) -> None:
    ada = people.sign_in("Ada")
    mine = holder(ada)
    for _ in range(PAGE + 2):
        tell(ada, mine)
    first = ada.data("/inbox")
    assert len(first["notices"]) == PAGE
    second = ada.data(first["older"])
    assert (len(second["notices"]), second["older"]) == (2, None)
    assert "Newest notices" in ada.page(first["older"])
    oldest = second["notices"][-1]["id"]
    before = first["older"].partition("=")[2]
    back = ada.post("/inbox/read", notice=oldest, before=before)
    assert back.headers["Location"] == first["older"]
    assert ada.get("/inbox?before=1").status_code == 404
    away = ada.post("/inbox/read", notice=oldest, before="//evil.example")
    assert away.headers["Location"] == "/inbox"


def test_nobody_sees_or_marks_what_is_anothers(people: People) -> None:
    ada, eve = people.sign_in("Ada"), people.sign_in("Eve")
    tell(ada, holder(ada))
    (notice,) = ada.data("/inbox")["notices"]
    assert eve.data("/inbox")["notices"] == []
    eve.post("/inbox/read", notice=notice["id"])
    eve.post("/inbox/read", upto=notice["id"])
    eve.data(f"/inbox?before={notice['id']}")
    assert ada.data("/inbox")["unread"] == 1
    assert ada.post("/inbox/read", notice="nonsense").status_code == 404
    assert ada.post("/inbox/read", notice=notice["id"], token="x").status_code == 403
    assert ada.data("/inbox")["unread"] == 1


def test_what_a_stranger_wrote_steers_nothing(people: People) -> None:
    ada = people.sign_in("Ada")
    tell(ada, holder(ada), what=HOSTILE)
    page = ada.page("/inbox")
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert 'href="https://evil' not in page


def test_a_sign_in_from_a_new_device_is_in_the_inbox_too(people: People) -> None:
    ada = people.sign_in("Ada")
    again = Person(people.app.test_client(), ada.registry, ada.address)
    ada.registry.clock.forward(60_000)  # type: ignore[attr-defined]
    again.client.post(
        "/account/sign-in",
        data={"email": ada.address, "password": ada.password},
        headers={
            "Accept": "text/html",
            "User-Agent": "Mozilla/5.0 (iPhone) Safari/605",
            "Origin": ada.origin,
            "Sec-Fetch-Site": "same-origin",
        },
        base_url=ada.origin,
    )
    kinds = [each["kind"] for each in ada.data("/inbox")["notices"]]
    assert "new-sign-in" in kinds
    assert "/account/sessions" in ada.page("/inbox")


def test_who_acts_for_me_was_changed_is_told_to_all(people: People) -> None:
    ada, ben = people.sign_in("Ada"), people.sign_in("Ben")
    mine = holder(ada)
    ada.post(f"/account/rightsholders/{mine}/invite", email=ben.address, role="editor")
    assert ben.post("/account/invitation", secret=ben.link_secret()).status_code == 303
    for each in (ada, ben):
        assert [one["kind"] for one in each.data("/inbox")["notices"]] == ["members-changed"]
    ada.post(f"/account/rightsholders/{mine}/role", member=ben.account.id, role="none")
    (notice,) = ada.data("/inbox")["notices"]
    assert notice["count"] == 2
    assert [mail.letter for mail in ada.mails()].count("members-changed") == 1


def test_every_kind_leads_to_a_page_of_this_registry(people: People) -> None:
    ada = people.sign_in("Ada")
    mine, clock = holder(ada), ada.registry.clock
    every = (
        "what who when name other number before month registered extended rejected device network"
    )
    words = dict.fromkeys(every.split(), "1")
    with ada.registry.bookkeeping() as uow:
        for kind in NoticeKind:
            notify(uow, mine, kind, clock(), about=new_id(clock()), **words)  # type: ignore[arg-type]
    found = {each["kind"]: each["link"] for each in ada.data("/inbox")["notices"]}
    assert found.keys() == set(NoticeKind)
    routes = people.app.url_map.bind("registry.example")
    for kind, link in found.items():
        if kind != "nobody-asked":
            routes.match(link.partition("?")[0], method="GET")  # raises for what leads nowhere


def test_a_yes_that_somebody_else_asked_for_is_told_seen_and_stopped(people: People) -> None:
    ada, desk = people.sign_in("Ada"), people.desk
    desk.names["Ada Lane"] = holder(ada)
    work, _ = desk.work("isrc:GBAYE0600001", by="Ada Lane")
    desk.declare(work, by="Ada Lane", generative_training="deny")
    asked = desk.declare(work, by="Ada Lane", actor=TOKEN, generative_training="allow")
    (notice,) = ada.data("/inbox")["notices"]
    assert "Asked for by a program with an access token" in notice["paragraphs"][0]
    stop = f"/waiting/{asked.event.declaration}/cancel"
    assert stop in ada.page(notice["link"])
    ada.registry.clock.forward(6 * 60_000)  # type: ignore[attr-defined]  # a word is enough, no fresh proof
    assert ada.post(stop).status_code == 303
    stopped = ada.data("/inbox")["notices"][0]
    assert stopped["kind"] == "loosening-stopped"
    assert "It was stopped by Ada." in stopped["paragraphs"][0]
    assert ada.get(stopped["link"]).status_code == 200
