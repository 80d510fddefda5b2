"""Auditors see what a steward lets them see, for as long, and nothing else; and that they looked is written down."""

import csv
import io
import json
import re
import zipfile

import pytest

from registry.domain.events import Subject
from registry.services import count_for_audit
from registry.services.export_for_audit import AUDIT_EXPORT, forget_exports
from registry.services.grant_audit import end_audit, grant_audit
from registry.storage.acts import Wanted
from registry.storage.audit_grants import AuditGrant, Scope
from registry.storage.jobs import Job
from registry.storage.lookup_counts import Told
from registry.storage.platform_counts import Answered
from registry.worker.audit_exports import make_audit_export
from registry.worker.audit_figures import keep_audit_figures
from tests.acted import rooted
from tests.registries import DAY, HOUR
from tests.web.people import ON_SQLITE, People, Person

pytestmark = ON_SQLITE
JOB = Job.__new__(Job)


def let(people: People, who: Person, scope: Scope, subject: str | None = None) -> AuditGrant:
    registry = people.desk.registry
    with registry.bookkeeping() as uow:
        return grant_audit(uow, who.account, scope, subject, 7, "alice", registry.clock())


def owns(people: People, who: Person, name: str) -> str:
    where = who.post("/account/rightsholders", name=name).headers["Location"]
    return where.rpartition("/")[2]


PATHS = ("/audit", "/audit/acts", "/audit/acts.csv", "/audit/acts.jsonl", "/audit/figures.csv")


def test_an_account_leads_there_for_as_long_as_there_is_access(people: People) -> None:
    vera = people.sign_in("Vera")
    assert 'href="/audit"' not in vera.page("/account")
    grant = let(people, vera, "everything")
    assert 'href="/audit"' in vera.page("/account")
    with people.desk.registry.bookkeeping() as uow:
        end_audit(uow, grant.id, people.desk.clock())
    assert 'href="/audit"' not in vera.page("/account")


def test_without_access_there_is_nothing_here(people: People) -> None:
    eve, vera = people.sign_in("Eve"), people.sign_in("Vera")
    grant = let(people, vera, "everything")
    for path in PATHS:
        assert eve.get(path).status_code == 404
        assert eve.get(f"{path}?grant={grant.id}").status_code == 404, "another's"
        assert people.visitor("Nobody").get(path).headers["Location"].startswith("/account/sign-in")


def test_an_auditor_sees_who_did_what_about_their_rightsholder_and_nothing_else(
    people: People,
) -> None:
    ada, eve, vera = people.sign_in("Ada"), people.sign_in("Eve"), people.sign_in("Vera")
    mine, other = owns(people, ada, "Lovelace Trio"), owns(people, eve, "<b>Evil</b> =1+1")
    let(people, vera, "rightsholder", mine)
    found = vera.data("/audit/acts")["acts"]
    acts = {each["act"]: each for each in found}
    assert {"rightsholder.registered", "member.role-given", "audit.granted"} <= set(acts)
    assert acts["rightsholder.registered"]["actor"] == ada.account.id
    assert acts["rightsholder.registered"]["way"] == "web"
    assert acts["rightsholder.registered"]["session"]
    assert acts["rightsholder.registered"]["seq"] is not None
    for path in (f"/audit/acts?about={other}", f"/audit/acts?who={eve.account.id}"):
        assert vera.data(path)["acts"] == []
    everything = vera.page("/audit/acts") + vera.get("/audit/acts.csv").text
    assert other not in everything
    assert eve.account.id not in everything
    assert "Lovelace Trio" in vera.page("/audit")


def test_acts_are_found_by_who_what_about_what_and_when(people: People) -> None:
    ada, vera = people.sign_in("Ada"), people.sign_in("Vera")
    let(people, vera, "everything")
    mine = owns(people, ada, "Lovelace Trio")
    session = vera.data(f"/audit/acts?about={mine}&act=rightsholder.registered")["acts"][0][
        "session"
    ]

    def acts(query: str) -> list[str]:
        return [each["act"] for each in vera.data(f"/audit/acts?{query}")["acts"]]

    assert acts(f"who={ada.account.id}&act=account.") == ["account.opened"]
    assert acts(f"about={session}&act=member.") == ["member.role-given"]
    assert acts("since=2200-01-01") == []
    assert acts("until=2001-01-01") == []
    assert "session.begun" in acts("")
    wrong = vera.get("/audit/acts?since=yesterday")
    assert (wrong.status_code, 'id="since-error"' in wrong.text) == (422, True)
    assert vera.get("/audit/acts?since=yesterday", Accept="application/json").status_code == 422
    assert vera.get("/audit/acts?who=a%0ab").status_code == 422
    for files in ("acts", "acts.csv", "acts.jsonl"):
        assert vera.get(f"/audit/{files}?before=%00").status_code in (400, 422)


def test_pages_of_acts_follow_each_other_and_files_hold_the_same(people: People) -> None:
    vera = people.sign_in("Vera")
    let(people, vera, "everything")
    registry = people.desk.registry
    with registry.bookkeeping() as uow:
        for number in range(130):
            uow.journal.note("test.act", number=number, text="=1+1")
    first = vera.data("/audit/acts?act=test.act")
    second = vera.data(f"/audit/acts?act=test.act&before={first['next']}")
    numbers = [each["details"]["number"] for each in first["acts"] + second["acts"]]
    assert numbers == list(range(129, -1, -1))
    assert second["next"] is None
    assert f"before={first['next']}" in vera.page("/audit/acts?act=test.act")
    lines = [
        json.loads(line) for line in vera.get("/audit/acts.jsonl?act=test.act").data.splitlines()
    ]
    assert [each["details"]["number"] for each in lines] == numbers
    rows = list(csv.DictReader(io.StringIO(vera.get("/audit/acts.csv?act=test.act").text)))
    assert len(rows) == 130
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_access_ends_by_itself_and_when_a_steward_says_so(people: People) -> None:
    vera = people.sign_in("Vera")
    grant = let(people, vera, "everything")
    assert vera.get("/audit/acts").status_code == 200
    with people.desk.registry.bookkeeping() as uow:
        end_audit(uow, grant.id, people.desk.clock())
    assert vera.get("/audit/acts").status_code == 404
    let(people, vera, "everything")
    assert vera.get("/audit").status_code == 200
    for _ in range(2):
        people.desk.clock.forward(3 * DAY + 12 * HOUR)
        vera.get("/account")
    assert vera.get("/audit").status_code == 404


def test_that_somebody_looked_is_written_down_once_an_hour(people: People) -> None:
    vera = people.sign_in("Vera")
    grant = let(people, vera, "everything")
    for path in PATHS[:4]:
        assert vera.get(path).status_code == 200
    people.desk.clock.forward(HOUR + 1)
    vera.get("/audit")
    with people.desk.registry.reading() as uow:
        looks = uow.acts.page(Wanted(about=grant.id, kind="audit.looked")).acts
    assert [each.actor for each in looks] == [vera.account.id] * 2


def test_an_export_of_their_scope_is_made_in_the_background_and_fetched(people: People) -> None:
    ada, eve, vera = people.sign_in("Ada"), people.sign_in("Eve"), people.sign_in("Vera")
    mine = owns(people, ada, "Lovelace Trio")
    owns(people, eve, "Somebody Else")
    grant = let(people, vera, "rightsholder", mine)
    rooted(people.desk)
    assert vera.post("/audit/exports", grant=grant.id).status_code == 303
    (waiting,) = vera.data("/audit")["exports"]
    assert waiting["state"] == "waiting"
    path = f"/audit/exports/{waiting['id']}"
    assert vera.get(path).status_code == 404, "not there yet"
    registry = people.desk.registry
    with registry.reading() as uow:
        job = uow.jobs.of(AUDIT_EXPORT, waiting["id"])
    assert job is not None
    make_audit_export(registry, job)
    make_audit_export(registry, job)
    assert path in vera.page("/audit")
    with vera.get(path) as reply:
        fetched = io.BytesIO(reply.data)
    with zipfile.ZipFile(fetched) as packed:
        name = next(each for each in packed.namelist() if each.endswith("events.jsonl"))
        events = packed.read(name).decode()
        name = next(each for each in packed.namelist() if each.endswith("data/acts.jsonl"))
        acts = [json.loads(line) for line in packed.read(name).splitlines()]
    assert mine in events
    assert "Somebody Else" not in events
    shown = {each["id"] for each in vera.data(f"/audit/acts?grant={grant.id}")["acts"]}
    assert acts
    assert {each["id"] for each in acts} < shown, "the last ones have no root yet"
    let(people, eve, "everything")
    assert eve.get(path).status_code == 404, "another's"
    for _ in range(2):
        assert vera.post("/audit/exports", grant=grant.id).status_code == 303
    assert vera.post("/audit/exports", grant=grant.id).status_code == 409, "three a day"
    folder = registry.audit_exports
    begun = {each["state"]: each["id"] for each in vera.data("/audit")["exports"]}
    for id in begun.values():
        (folder / f"{id}.zip.unfinished").mkdir()
        (folder / f"{id}.zip.unfinished" / "draft").write_text("")
    with registry.bookkeeping() as uow:
        assert forget_exports(uow, folder, people.desk.clock()) == 0
    left = {each.name for each in folder.iterdir()}
    assert left == {f"{begun['done']}.zip", f"{begun['waiting']}.zip.unfinished"}
    people.desk.clock.forward(31 * DAY)
    with registry.bookkeeping() as uow:
        assert forget_exports(uow, folder, people.desk.clock()) == 3
    assert list(folder.iterdir()) == []


def test_a_program_sees_the_same_by_its_token_and_changes_nothing(people: People) -> None:
    ada, vera = people.sign_in("Ada"), people.sign_in("Vera")
    mine = owns(people, ada, "Lovelace Trio")
    let(people, vera, "everything")
    people.desk.clock.forward(1)
    grant = let(people, vera, "rightsholder", mine)
    shown = vera.post("/audit/token", grant=grant.id).text
    first = re.findall(r"cra_[\w-]+", shown)[0]
    program = people.visitor("Program")

    def by(token: str, path: str) -> int:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        return program.client.get(path, headers=headers, base_url=program.origin).status_code

    assert all(by(first, path) == 200 for path in PATHS)
    other = vera.data("/audit")["grants"][1]["id"]
    assert by(first, f"/audit/acts?grant={other}") == 404
    assert by("cra_nonsense", "/audit/acts") == 401
    headers = {"Authorization": f"Bearer {first}"}
    assert program.client.post("/audit/exports", headers=headers).status_code == 403
    second = re.findall(r"cra_[\w-]+", vera.post("/audit/token", grant=grant.id).text)[0]
    assert (by(first, "/audit"), by(second, "/audit")) == (401, 200)
    with people.desk.registry.bookkeeping() as uow:
        end_audit(uow, grant.id, people.desk.clock())
    assert by(second, "/audit") == 401


def test_the_figures_count_what_is_theirs(people: People) -> None:
    vera, desk = people.sign_in("Vera"), people.desk
    work, _ = desk.work("isrc:GBAYE0601498")
    desk.work("isrc:GBAYE0601499", by="R2")
    desk.declare(work, generative_training="deny")
    let(people, vera, "rightsholder", desk.rightsholder())
    found = vera.data("/audit")
    assert sum(each["count"] for each in found["works"]) == 1
    assert found["claims"]["declared"] == 1
    said = {each["usage"]: each["said"] for each in found["standing"]}
    assert said["generative-training"] == {"deny": 1}
    assert "works,2026-09,,recording,1" in vera.get("/audit/figures.csv").text
    told_on = Answered(desk.platform(), desk.clock() // DAY * DAY, "search", "allow")
    with desk.registry.bookkeeping() as uow:
        uow.platform_counts.add({told_on: 3})
    let(people, vera, "platform", desk.platform())
    desk.clock.forward(1)
    newest = let(people, vera, "platform", desk.platform())
    told = vera.data(f"/audit?grant={newest.id}")
    assert told["platforms"][0]["told"]["allow"] == 3
    assert told["works"] == []


def test_where_there_are_many_works_they_are_counted_once_a_day(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(count_for_audit, "MOST_AT_ONCE", 1)
    vera, desk = people.sign_in("Vera"), people.desk
    mine = desk.rightsholder()
    work, _ = desk.work("isrc:GBAYE0601498")
    let(people, vera, "rightsholder", mine)
    at_once = vera.data("/audit")
    assert at_once["works"], "one is not too many"
    desk.location("https://artist.com/")
    desk.declare(Subject("catalogue", mine), search="deny")
    assert vera.data("/audit")["at"] is None
    assert vera.get("/audit/figures.csv").status_code == 404
    told = Told(work, desk.clock() // DAY * DAY, desk.platform(), "search", "deny")
    with desk.registry.bookkeeping() as uow:
        uow.lookup_counts.add({told: 2, told._replace(usage="ai-input"): 3})
    keep_audit_figures(desk.registry, JOB)
    counted = vera.data("/audit")
    assert counted["log_size"] > at_once["log_size"]
    assert {each["usage"]: each["said"] for each in counted["standing"]}["search"] == {"deny": 1}
    assert counted["claims"]["declared"] == 2
    assert counted["platforms"][0]["told"]["deny"] == 5
    desk.declare(work, ai_input="deny")
    keep_audit_figures(desk.registry, JOB)
    assert vera.data("/audit") == counted, "not again within the day"
    desk.clock.forward(DAY + HOUR)
    keep_audit_figures(desk.registry, JOB)
    said = {each["usage"]: each["said"] for each in vera.data("/audit")["standing"]}
    assert said["ai-input"] == {"deny": 1}
    monkeypatch.setattr(count_for_audit, "MOST_AT_ONCE", 20)
    at_once = vera.data("/audit")
    monkeypatch.setattr(count_for_audit, "MOST_AT_ONCE", 1)
    for name in ("works", "declarations", "standing", "claims", "waits", "platforms", "lookups"):
        assert vera.data("/audit")[name] == at_once[name], "the same numbers either way"
    desk.clock.forward(7 * DAY)
    keep_audit_figures(desk.registry, JOB)
    assert list((desk.registry.settings.var / "audit-figures").iterdir()) == [], "access is over"
