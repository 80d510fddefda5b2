"""Everything about me can be taken along; and it goes, at once and for good."""

import io
import json
import zipfile
from typing import Any

import pytest
from sqlalchemy import select

from registry.services.erase import Erased
from registry.storage.jobs import Job, JobState
from registry.storage.members import Member, MemberRole
from registry.storage.tables import metadata
from registry.worker import erasures
from registry.worker.erasures import erase_due
from tests.registries import DAY
from tests.web.people import ON_SQLITE, People

pytestmark = ON_SQLITE
JOB = Job("id", "erase", "", 0, JobState.RUNNING, 1, 1, 1, None, None, 0, None)


def archive(content: bytes) -> dict[str, object]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.namelist() == ["account.json"]
        return json.loads(packed.read("account.json"))


def stored(people: People) -> str:
    """Every row of every table, as text."""
    with people.desk.registry.reading() as uow:
        return "\n".join(
            f"{table.name}: {row!r}"
            for table in metadata.sorted_tables
            for row in uow.connection.execute(select(table))
        )


def test_everything_about_me_is_in_the_download_and_no_secret(people: People) -> None:
    ada, eve = people.sign_in("Ada"), people.sign_in("Eve")
    ada.post("/account/rightsholders", name="Lovelace Trio")
    reply = ada.get("/account/download")
    assert reply.content_type == "application/zip"
    found = archive(reply.data)
    assert found["accounts"][0]["address"] == ada.address
    assert found["sessions"][0]["device"] == "Firefox, Linux"
    assert found["rightsholders"][0]["name"] == "Lovelace Trio"
    assert "rightsholder.registered" in [each["act"] for each in found["acts"]]
    text = json.dumps(found)
    cookie = ada.client.get_cookie("__Host-session", domain="registry.example")
    for secret in ("argon2", eve.address, eve.account.id, cookie.value):
        assert secret not in text


def test_nothing_that_names_me_is_left_when_i_go(people: People) -> None:
    ada, eve = people.sign_in("Ada"), people.sign_in("Eve")
    ada.post("/account/rightsholders", name="Lovelace Trio")
    id = ada.account.id
    assert "Lovelace Trio" in ada.page("/account/delete"), "nobody could decide for it any more"
    done = ada.post("/account/delete")
    assert (done.status_code, done.headers["Location"]) == (303, "/")
    assert ada.get("/account").status_code == 303
    assert ada.sign_in().status_code == 422
    (last,) = ada.mails()
    assert last.letter == "account-deleted"
    with people.desk.registry.bookkeeping() as uow:
        uow.mails.remove(last.id)  # it was sent
    left = [line for line in stored(people).splitlines() if id in line or ada.address in line]
    assert {line.partition(":")[0] for line in left} <= {"audit_events", "act_subjects"}
    assert eve.get("/account").status_code == 200
    assert people.desk.fsck().wrong is None
    again = people.visitor("Ada")
    again.sign_up("Ada")
    assert again.account.id != id


def test_a_stolen_session_that_is_not_fresh_neither_takes_nor_deletes(people: People) -> None:
    ada = people.sign_in("Ada")
    people.desk.clock.forward(5 * 60_000)
    for path in ("/account/download", "/account/delete"):
        assert ada.get(path).headers["Location"] == f"/account/prove?next={path}"
    assert ada.post("/account/delete").headers["Location"].startswith("/account/prove")
    assert ada.account.name == "Ada"


def test_who_leaves_is_told_which_platforms_stay_alone_and_no_invitation_of_theirs_stays(
    people: People,
) -> None:
    ada, ben = people.sign_in("Ada"), people.visitor("Ben")
    form = {"name": "Tunes", "legal_entity": "Tunes Ltd", "contact": ""}
    path = str(ada.post("/platform/new", form).headers["Location"])
    id = path.rpartition("/")[2]
    ada.post(f"{path}/members", contact=ben.address, role="admin")
    assert "Tunes" in ada.page("/account/delete")
    with people.desk.registry.reading() as uow:
        assert len(uow.platform_members.invitations(id, people.desk.clock.now)) == 1
    assert ada.post("/account/delete").status_code == 303
    with people.desk.registry.reading() as uow:
        assert uow.platform_members.invitations(id, people.desk.clock.now) == []


def test_who_acts_alone_can_be_erased_after_a_wait_and_call_it_off(people: People) -> None:
    ada, eve = people.sign_in("Ada"), people.sign_in("Eve")
    ada.post("/account/rightsholders", name="Lovelace Trio")
    assert "Lovelace Trio" in ada.page("/account/delete")
    assert 'value="erase-with-titles"' in ada.page("/account/delete")
    assert 'value="erase"' not in eve.page("/account/delete")
    assert eve.post("/account/delete", wish="erase").status_code == 409
    assert ada.post("/account/delete", wish="everything").status_code == 422
    assert ada.post("/account/delete", wish="erase").headers["Location"] == "/account/delete"
    assert "erasure-asked" in [each.letter for each in ada.mails()]
    assert "Call it off" in ada.page("/account/delete")
    assert "Call it off" in ada.page("/account"), "who did not ask sees it too"
    assert archive(ada.get("/account/download").data)["erasures"]
    assert ada.post("/account/delete", wish="call-off").status_code == 303
    assert "Call it off" not in ada.page("/account")
    assert ada.post("/account/delete", wish="call-off").status_code == 409
    people.desk.clock.forward(4 * DAY)
    erase_due(people.desk.registry, JOB)
    assert ada.account.name == "Ada"
    assert "Lovelace Trio" in stored(people)


def test_when_the_wait_is_over_nothing_names_them(people: People) -> None:
    ada, ben = people.sign_in("Ada"), people.sign_in("Ben")
    ada.post("/account/rightsholders", name="Lovelace Trio")
    ada.post("/account/rightsholders", name="Both of us")
    with people.desk.registry.bookkeeping() as uow:
        shared = uow.members.for_account(ada.account.id)[1].rightsholder
        uow.members.put(Member(shared, ben.account.id, MemberRole.OWNER, 0))
    ada.post("/account/delete", wish="erase")
    people.desk.clock.forward(3 * DAY - 1)
    erase_due(people.desk.registry, JOB)
    assert "Lovelace Trio" in stored(people)
    people.desk.clock.forward(1)
    erase_due(people.desk.registry, JOB)
    left = stored(people)
    assert "Lovelace Trio" not in left
    assert "Both of us" in left, "somebody else acts for it"
    (last,) = ada.mails()
    assert last.letter == "account-erased"
    with people.desk.registry.bookkeeping() as uow:
        uow.mails.remove(last.id)
    assert ada.address not in stored(people)
    assert people.desk.fsck().wrong is None
    erase_due(people.desk.registry, JOB)


def test_whoever_they_come_to_act_for_meanwhile_is_erased_before_the_account(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, desk = people.sign_in("Ada"), people.desk
    ada.post("/account/rightsholders", name="Lovelace Trio")
    ada.post("/account/delete", wish="erase")
    desk.clock.forward(3 * DAY)

    def erase_and_be_late(*given: Any, **more: Any) -> Erased:
        told = erasures_of_others(*given, **more)
        late = desk.rightsholder("Lovelace Quartet")
        with desk.registry.bookkeeping() as uow:
            uow.members.put(Member(late, ada.account.id, MemberRole.OWNER, 0))
        return told

    erasures_of_others = erasures.erase
    with monkeypatch.context() as patch:
        patch.setattr(erasures, "erase", erase_and_be_late)
        erase_due(desk.registry, JOB)
    assert "Lovelace Trio" not in stored(people)
    assert ada.account.name == "Ada", "who else could say that it is to go?"
    erase_due(desk.registry, JOB)
    assert "Lovelace Quartet" not in stored(people)
    (last,) = ada.mails()
    assert last.letter == "account-erased"
