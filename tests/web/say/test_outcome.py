"""Many works: by a job whose progress is a page without script; stopped on the way; what is refused comes as a file."""

from registry.domain.vocabulary import Role, WorkKind
from registry.services import say_for_many
from registry.services.register_work import NewWork, register_work
from tests.registries import DAY, STEWARD
from tests.web.people import ON_SQLITE, People
from tests.web.say.walk import answered, said, studio

pytestmark = ON_SQLITE


def test_many_works_are_said_by_a_job_and_its_page_tells_how_far_it_is(people: People) -> None:
    at = studio(people, works=3)
    at.desk.declare(at.works[1], by="Ada’s", generative_training="deny", voice_likeness="deny")
    done = said(at.ada, at.all(), "no-generative-ai")
    reply = at.ada.get(done)
    assert reply.headers["Refresh"] == "5"
    assert "under way" in reply.text
    at.run()
    reply = at.ada.get(done)
    assert "Refresh" not in reply.headers
    shown = at.ada.data(done)
    counts = [shown[name] for name in ("state", "works", "done", "unchanged", "refused", "waits")]
    assert counts == ["done", 3, 2, 1, 0, 0]
    size = at.count()
    at.run()
    assert at.count() == size, "nothing twice"


def test_all_that_waits_is_stopped_also_where_the_log_is_ahead_of_the_clock(people: People) -> None:
    at = studio(people)
    at.desk.declare(at.works[0], by="Ada’s", search="deny")
    at.desk.declare(at.works[0], by="Ada’s", search="allow")
    at.desk.clock.forward(-500)
    stop = str(at.ada.post("/waiting/stop", rightsholder=at.holder).headers["Location"])
    at.run()
    assert at.ada.data(stop)["done"] == 1
    assert at.ada.data("/waiting")["rightsholders"] == []


def test_what_permits_for_many_asks_for_proof_and_is_stopped_in_one_go(people: People) -> None:
    at = studio(people, works=3)
    at.desk.clock.forward(6 * 60_000)
    base = answered(at.ada, at.all(), "each", ai_training="allow")
    reply = at.ada.post(f"{base}/check")
    assert reply.headers["Location"] == f"/account/prove?next={base}/check"
    assert at.ada.data(f"{base}/check")["loosens"]
    at.ada.prove()
    at.ada.post(f"{base}/check")
    at.run()
    assert at.ada.data(f"{base}/done")["waits"] == 3
    at.desk.clock.forward(6 * 60_000)
    late = at.desk.declare(at.works[0], by="Ada’s", search="allow")
    assert at.ada.data("/waiting")["rightsholders"][0]["count"] == 4
    stop = str(at.ada.post("/waiting/stop", rightsholder=at.holder).headers["Location"])
    at.desk.clock.forward(1_000)
    later = at.desk.declare(at.works[0], by="Ada’s", search="allow")
    at.run()
    assert at.ada.data(stop)["done"] == 4
    (left,) = at.ada.data("/waiting")["rightsholders"][0]["waiting"]
    assert left["id"] == later.record.id != late.record.id, "what came after it waits on"


def test_it_is_cancelled_on_the_way_and_keeps_what_is_said(people: People, monkeypatch) -> None:
    monkeypatch.setattr(say_for_many, "CHUNK", 1)
    at = studio(people, works=3)
    done = said(at.ada, at.all())
    id = done.split("/")[2]
    with at.desk.registry.writing() as ledger:
        assert say_for_many.say_chunk(ledger, id)
    assert at.ada.post(f"/say/{id}/cancel").headers["Location"] == done
    at.run()
    shown = at.ada.data(done)
    assert (shown["state"], shown["done"]) == ("cancelled", 1)
    assert at.ada.post(f"/say/{id}/cancel").status_code == 303, "a second click harms nothing"


def test_refused_works_come_with_why_and_as_a_file_without_formulas(people: People) -> None:
    at = studio(people)
    with at.desk.registry.writing() as ledger:
        new = NewWork("=1+1", WorkKind.RECORDING, Role.RECORDING, ("isrc:GBAYE0699999",))
        formula = register_work(ledger, at.holder, new, STEWARD).id
    done = said(at.ada, at.all(), "each", ai_training="allow", until="2026-09-22")
    at.desk.clock.forward(2 * DAY)  # the worker was away
    at.run()
    shown = at.ada.data(done)
    assert (shown["state"], shown["done"], shown["refused"]) == ("done", 0, 2)
    why = "The last day was over before it was this work’s turn."
    assert {each["reason"] for each in shown["refusals"]} == {why}
    rows = at.ada.get(f"{done.removesuffix('/done')}/refused.csv")
    assert rows.content_type.startswith("text/csv")
    assert f"{formula},'=1+1,empty-window,{why}" in rows.text.splitlines()
