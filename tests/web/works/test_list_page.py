"""The list of works: found, put in order, chosen from; by whoever acts for the rightsholder, and by nobody else."""

import re

import pytest

from registry.domain.ids import new_id
from registry.domain.vocabulary import Role, WorkKind
from registry.services.act_for import open_rightsholder
from registry.services.actor import Actor
from registry.services.list_works import MOST_CHOSEN, works_chosen
from registry.storage.members import Member, MemberRole
from tests.registries import Desk
from tests.web.people import ON_SQLITE, People, Person

pytestmark = ON_SQLITE
SITE = "https://artist.com"
ISRC = "isrc:GBAYE0601498"


@pytest.fixture
def ada(people: People) -> Person:
    """Somebody who owns the rightsholder of the same name, which `desk` knows too."""
    return artist(people, "Ada")


def artist(people: People, name: str) -> Person:
    person = people.sign_in(name)
    with people.desk.registry.writing() as ledger:
        id = open_rightsholder(ledger, person.account, name, Actor(person.account.id, "account"))
    people.desk.names[name] = id
    return person


def titles(found) -> list[str]:  # type: ignore[no-untyped-def]
    return [each["title"] for each in found["works"]]


def test_a_work_stands_there_with_what_is_said_and_what_is_behind_it(
    ada: Person, desk: Desk
) -> None:
    work, claim = desk.work(f"{SITE}/x", ISRC, by="Ada", title="Night Train")
    desk.prove(claim, ISRC)
    desk.declare(work, by="Ada", generative_training="deny", voice_likeness="deny")
    (line,) = ada.data("/works")["works"]
    assert line["title"] == "Night Train"
    assert (line["said"], line["about_itself"]) == ("no-generative-ai", True)
    assert (line["proof"], line["proved"], line["identifiers"]) == ("partly", 1, 2)
    page = ada.page("/works")
    assert "No generative training" in page
    assert "1 of 2 identifiers proved" in page
    assert f'href="/works/{work}"' in page


def test_it_is_found_by_title_by_any_spelling_and_by_what_is_said_and_proved(
    ada: Person, desk: Desk
) -> None:
    one, claim = desk.work(f"{SITE}/x", ISRC, by="Ada", title="Night Train")
    desk.work(f"{SITE}/y", by="Ada", title="Daylight", kind=WorkKind.TEXT, role=Role.OTHER)
    desk.prove(claim, ISRC)
    desk.declare(one, by="Ada", ai_training="allow")
    for query, expected in {
        "q=night": ["Night Train"],
        "q=GB-AYE-06-01498": ["Night Train"],
        "q=http%3A%2F%2Fwww.artist.com%2Fx%3Futm_source%3Dz": ["Night Train"],
        "q=artist.com%2Fy": ["Daylight"],
        "q=USRC17607839": [],
        "said=nothing": ["Daylight", "Night Train"],
        "proof=partly": ["Night Train"],
        "kind=text": ["Daylight"],
        "waiting=1": ["Night Train"],
        "waiting=1&kind=text": [],
        "sort=title": ["Daylight", "Night Train"],
        "sort=said": ["Night Train", "Daylight"],
    }.items():
        found = ada.data(f"/works?{query}")
        assert titles(found) == expected, query
        assert found["found"] == len(expected)
        assert found["total"] == 2
    assert "No work is found by this" in ada.page("/works?q=USRC17607839")
    page = ada.page("/works?waiting=1")
    assert "Something waits that would permit more from" in page
    assert "One work is found." in page


@pytest.mark.parametrize("query", ["said=all", "proof=x", "kind=song", "sort=best"])
def test_a_filter_that_does_not_exist_is_refused(ada: Person, query: str) -> None:
    assert ada.get(f"/works?{query}").status_code == 400


def test_a_long_list_is_read_from_page_to_page_and_back(ada: Person, desk: Desk) -> None:
    for number in range(MOST_CHOSEN + 1):
        desk.work(f"{SITE}/{number}", by="Ada", title=f"{number:03}")
    first = ada.data("/works?sort=title&q=%200%20")
    assert (first["previous"], titles(first)[0]) == (None, "000")
    second = ada.data(first["next"])
    assert (titles(second), second["next"]) == (["100"], None)
    assert titles(ada.data(second["previous"])) == titles(first)
    assert f'<a href="{first["next"].replace("&", "&amp;")}" rel="next">' in ada.page(
        "/works?sort=title&q=0"
    )


def test_ticked_works_and_all_that_are_found_lead_to_what_is_said(ada: Person, desk: Desk) -> None:
    one, two = (desk.work(f"{SITE}/{n}", by="Ada", title=n)[0] for n in ("one", "two"))
    holder = desk.rightsholder("Ada")
    ticked = ada.post("/works/choose", rightsholder=holder, which="ticked", work=one)
    everything = ada.post("/works/choose", rightsholder=holder, which="all", q="tw", said="nothing")
    for reply, expected in ((ticked, [one]), (everything, [two])):
        assert reply.status_code == 303
        path, _, id = reply.headers["Location"].rpartition("/")
        assert path == "/say"
        with desk.registry.reading() as uow:
            choice = uow.choices.find(id, ada.account.id)
            assert choice is not None
            assert works_chosen(uow, choice, "", 10) == expected


def test_where_nothing_is_ticked_the_same_list_says_so(ada: Person, desk: Desk) -> None:
    desk.work(f"{SITE}/x", by="Ada", title="Night Train")
    holder = desk.rightsholder("Ada")
    reply = ada.post("/works/choose", rightsholder=holder, which="ticked", q="night", sort="title")
    assert reply.headers["Location"] == f"/works?rightsholder={holder}&q=night&sort=title&missing=1"
    assert "Tick at least one work" in ada.page(reply.headers["Location"])


def test_others_see_nothing_and_choose_nothing_of_it(
    ada: Person, people: People, desk: Desk
) -> None:
    work, _ = desk.work(f"{SITE}/x", by="Ada", title="Night Train")
    holder = desk.rightsholder("Ada")
    eve = artist(people, "Eve")
    unknown = eve.get(f"/works?rightsholder={new_id(1)}")
    hers = eve.get(f"/works?rightsholder={holder}")
    assert (hers.status_code, unknown.status_code) == (404, 404)
    assert "Night Train" not in hers.text + eve.page("/works?q=night")
    mine = desk.rightsholder("Eve")
    for fields in (
        {"rightsholder": holder, "which": "all"},
        {"rightsholder": holder, "work": work},
        {"rightsholder": mine, "work": work},
        {"rightsholder": mine, "work": new_id(1)},
    ):
        assert eve.post("/works/choose", fields).status_code == 404
    assert ada.post("/works/choose", rightsholder=holder, work=work, token="x").status_code == 403
    nobody = people.visitor()
    assert nobody.get("/works?q=x").headers["Location"] == "/account/sign-in?next=/works%3Fq%3Dx"


def test_a_viewer_reads_and_changes_nothing(ada: Person, people: People, desk: Desk) -> None:
    work, _ = desk.work(f"{SITE}/x", by="Ada", title="Night Train")
    holder = desk.rightsholder("Ada")
    vera = people.sign_in("Vera")
    with desk.registry.bookkeeping() as uow:
        uow.members.put(Member(holder, vera.account.id, MemberRole.VIEWER, 1))
    page = vera.page("/works")
    assert "Night Train" in page
    assert "/works/choose" not in page
    assert 'type="checkbox" name="work"' not in page
    assert vera.post("/works/choose", rightsholder=holder, work=work).status_code == 403
    assert not vera.data("/works")["may_change"]


def test_somebody_who_acts_for_several_chooses_which(
    ada: Person, people: People, desk: Desk
) -> None:
    desk.work(f"{SITE}/x", by="Ada", title="Night Train")
    desk.work(f"{SITE}/x", by="Duo", title="Daylight")
    duo = desk.rightsholder("Duo")
    with desk.registry.bookkeeping() as uow:
        uow.members.put(Member(duo, ada.account.id, MemberRole.EDITOR, desk.clock() + 9))
    assert titles(ada.data("/works")) == ["Night Train"]
    assert titles(ada.data(f"/works?rightsholder={duo}")) == ["Daylight"]
    assert re.search(
        rf'<option value="{duo}" selected>Duo<', ada.page(f"/works?rightsholder={duo}")
    )


def test_whoever_acts_for_nobody_or_has_no_works_is_told_where_to_begin(
    people: People, desk: Desk
) -> None:
    bob = people.sign_in("Bob")
    assert "You act for nobody yet" in bob.page("/works")
    assert bob.data("/works")["rightsholder"] is None
    ada = artist(people, "Ada")
    assert "No work of <bdi>Ada</bdi> is registered here yet." in ada.page("/works")
    assert 'href="/begin"' in ada.page("/works")


def test_titles_of_others_making_are_shown_as_text(ada: Person, desk: Desk) -> None:
    desk.work(f"{SITE}/x", by="Ada", title="<script>alert(1)</script>\u202eevil")
    page = ada.page("/works?q=%22%3E%3Cscript%3E")
    assert "<script>" not in page
    page = ada.page("/works")
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;evil</bdi>" in page
    assert "Choose &lt;script&gt;" in page


def test_every_page_leads_there_once_somebody_is_signed_in(ada: Person, people: People) -> None:
    nobody = people.visitor()
    assert 'href="/works"' in ada.page("/how")
    assert 'href="/works"' not in nobody.page("/how")
    assert ada.get("/how").headers["Cache-Control"].startswith("private, max-age=")
    assert nobody.get("/how").headers["Cache-Control"].startswith("public, max-age=")
