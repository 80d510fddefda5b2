"""What waits: seen by all who act, stopped by a word, confirmed by proof, and by nobody else."""

from registry.domain.events import Subject
from registry.services.register_work import propose_identifier_removal
from registry.web.say import waiting_pages
from tests.registries import DAY, HOUR, TOKEN
from tests.web.account.test_member_pages import invited
from tests.web.people import ON_SQLITE, People
from tests.web.say.walk import studio

pytestmark = ON_SQLITE


def test_what_waits_is_listed_confirmed_and_stopped(people: People) -> None:
    at = studio(people)
    yes = at.desk.declare(at.works[0], by="Ada’s", actor=TOKEN, ai_training="allow").record.id
    at.desk.clock.forward(HOUR)
    with at.desk.registry.writing() as ledger:
        name = "isrc:GBAYE0600000"
        gone = propose_identifier_removal(ledger, at.holder, at.works[0], name, TOKEN).loosening
    place = at.desk.location("https://a.example/", by="Ada’s")[0]
    at.desk.declare(Subject("location", place), by="Ada’s", actor=TOKEN, ai_training="allow")
    (holder,) = at.ada.data("/waiting")["rightsholders"]
    assert holder["count"] == 3
    shown = {each["id"]: each for each in holder["waiting"]}
    assert shown[yes]["said"] == {"allow": ["ai-training"]}
    assert (shown[gone]["name"], shown[gone]["title"]) == (name, "A song")
    assert not any(each["confirmed"] for each in shown.values())
    page = at.ada.page("/waiting")
    assert "a.example" in page
    assert "3 changes wait that would permit more" in at.ada.page(
        f"/account/rightsholders/{at.holder}"
    )
    at.desk.clock.forward(6 * 60_000)
    old = at.ada.post(f"/waiting/{yes}/confirm")
    assert old.headers["Location"].startswith("/account/prove?next=")
    reply = at.ada.post(f"/waiting/{gone}/cancel", next=f"/works/{at.works[0]}")
    assert reply.headers["Location"] == f"/works/{at.works[0]}"
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        reply = at.ada.post(f"/waiting/{gone}/cancel", next=elsewhere)
        assert reply.status_code == 409
    at.ada.prove()
    for _ in range(2):
        assert at.ada.post(f"/waiting/{yes}/confirm").headers["Location"] == "/waiting"
    (left,) = [
        each for each in at.ada.data("/waiting")["rightsholders"][0]["waiting"] if each["confirmed"]
    ]
    assert left["id"] == yes
    rest = [each["id"] for each in at.ada.data("/waiting")["rightsholders"][0]["waiting"]]
    reply = at.ada.post("/waiting/confirm", {"id": next(id for id in rest if id != yes)})
    assert reply.status_code == 303
    at.desk.clock.forward(4 * DAY)
    assert at.ada.data("/waiting")["rightsholders"] == []
    reply = at.ada.post(f"/waiting/{yes}/cancel")
    assert reply.status_code == 409
    assert "does not wait any more" in reply.text


def test_what_waits_for_one_platform_alone_says_so(people: People) -> None:
    at = studio(people)
    tunes = at.desk.platform("<b>Tunes</b>")
    yes = at.desk.declare(at.works[0], by="Ada’s", to=tunes, ai_training="allow")
    at.desk.clock.forward(1_000)
    (waiting,) = at.ada.data("/waiting")["rightsholders"][0]["waiting"]
    assert (waiting["id"], waiting["platform"]) == (yes.record.id, "<b>Tunes</b>")
    for page in ("/waiting", f"/works/{at.works[0]}"):
        assert "Only for <bdi>&lt;b&gt;Tunes&lt;/b&gt;</bdi>." in at.ada.page(page), page


def test_a_stop_leads_nowhere_else(people: People) -> None:
    at = studio(people)
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        id = at.desk.declare(at.works[0], by="Ada’s", ai_training="allow").record.id
        assert (
            at.ada.post(f"/waiting/{id}/cancel", next=elsewhere).headers["Location"] == "/waiting"
        )


def test_nobody_else_learns_of_it_and_a_viewer_sees_without_buttons(people: People) -> None:
    at = studio(people)
    eve, ben = people.sign_in("Eve"), people.sign_in("Ben")
    invited(at.ada, f"/account/rightsholders/{at.holder}", ben, "viewer")
    id = at.desk.declare(at.works[0], by="Ada’s", actor=TOKEN, ai_training="allow").record.id
    assert eve.data("/waiting")["rightsholders"] == []
    assert eve.get(f"/waiting?rightsholder={at.holder}").status_code == 404
    assert "A song" in ben.page("/waiting")
    assert f"/waiting/{id}/cancel" not in ben.page("/waiting")
    size = at.count()
    for who, status in ((eve, 404), (ben, 403)):
        for path, form in (
            (f"/waiting/{id}/cancel", {}),
            (f"/waiting/{id}/confirm", {}),
            ("/waiting/confirm", {"id": id}),
            ("/waiting/stop", {"rightsholder": at.holder}),
        ):
            assert who.post(path, form).status_code == status, path
    assert at.count() == size
    for after in ("x", "9999999999999999999-x"):  # the second is more than a store holds
        assert at.ada.get(f"/waiting?after={after}").status_code == 400


def test_pages_of_what_waits_miss_nothing(people: People, monkeypatch) -> None:
    monkeypatch.setattr(waiting_pages, "PAGE", 2)
    at = studio(people)
    for actor in (TOKEN, TOKEN, TOKEN):
        at.desk.declare(at.works[0], by="Ada’s", actor=actor, ai_training="allow")
    found, after = [], ""
    while after is not None:
        (holder,) = at.ada.data(f"/waiting?rightsholder={at.holder}&after={after}")["rightsholders"]
        found += [each["id"] for each in holder["waiting"]]
        after = holder["next"]
    assert len(set(found)) == len(found) == 3
