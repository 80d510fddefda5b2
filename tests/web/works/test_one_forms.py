"""What is done from one work's page: by whom it may be, what waits, and what is asked once more."""

import pytest
from markupsafe import escape

from registry.storage.members import Member, MemberRole
from registry.web.works.one_shown import name_token
from tests.registries import HOUR
from tests.web.people import ON_SQLITE, People, Person
from tests.web.works.one_work import ISRC, PAGE, her_work, own_claim, size_of

pytestmark = ON_SQLITE


def names(person: Person, work: str) -> list[str]:
    return [each["text"] for each in person.data(f"/works/{work}")["names"]]


def test_a_name_pasted_in_any_form_is_added_and_met_at_once(people: People) -> None:
    ada = people.sign_in("Ada")
    _, work = her_work(ada)
    pasted = "0 36000 29145 2\nT-034.524.680-1\nwww.lovelace.example/live"
    reply = ada.post(f"/works/{work}/identifiers", identifiers=pasted)
    assert (reply.status_code, "#names" in reply.headers["Location"]) == (303, True)
    assert names(ada, work)[2:] == [
        "upc:0036000291452",
        "iswc:T0345246801",
        "https://www.lovelace.example/live",
    ]
    answers = ada.data("/lookup?id=upc:036000291452")["answers"]
    assert [each["decision"] for each in answers].count("deny") == 6
    size = size_of(people)
    assert ada.post(f"/works/{work}/identifiers", identifiers=pasted).status_code == 303
    assert size_of(people) == size, "adding what is there changes nothing"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "Name at least one identifier."),
        ("hello", "No identifier was recognised here."),
        ("Night Train, GB-AYE-06-01499", "No identifier was recognised here."),
        ("T-034.524.680-2", "check digit"),
        ("lovelace.example", "This is a whole site, not one work."),
        ("\n".join(f"GBAYE26{n:05}" for n in range(21)), "At most 20 lines at once."),
        ("<script>alert(1)</script>", "No identifier was recognised here."),
    ],
)
def test_what_is_no_name_is_given_back_with_the_reason(
    people: People, typed: str, why: str
) -> None:
    ada = people.sign_in("Ada")
    _, work = her_work(ada)
    size = size_of(people)
    reply = ada.post(f"/works/{work}/identifiers", identifiers=typed)
    assert reply.status_code == 422
    assert why in reply.text
    assert "<script>" not in reply.text
    assert str(escape(typed.splitlines()[0] if typed else "")) in reply.text
    assert size_of(people) == size


def test_to_take_a_name_away_takes_fresh_proof_and_waits_and_can_be_stopped(
    people: People,
) -> None:
    ada = people.sign_in("Ada")
    _, work = her_work(ada)
    path = f"/works/{work}/names/{name_token(ISRC)}/remove"
    said = ada.page(path)
    assert "it waits for 72 hours" in said
    assert "This is the only name." not in said
    people.desk.clock.forward(6 * 60_000)
    size = size_of(people)
    headers = ada._headers({"Origin": ada.origin, "Referer": f"{ada.origin}{path}"})
    stolen = ada.client.post(
        path, data={"form_token": ada.token()}, headers=headers, base_url=ada.origin
    )
    assert stolen.headers["Location"] == f"/account/prove?next={path}"
    assert size_of(people) == size, "a session alone takes nothing away"
    ada.prove()
    assert ada.post(path).headers["Location"].endswith("#waits")
    assert ada.post(path).status_code == 303
    assert size_of(people) == size + 2, "pressed twice, it is proposed and confirmed once"
    (waits,) = ada.data(f"/works/{work}")["waiting"]
    assert (waits["name"], waits["confirmed"]) == (ISRC, True)
    assert "You are taking it away" in ada.page(f"/works/{work}")
    stop = {"next": f"/works/{work}"}
    assert ada.post(f"/waiting/{waits['id']}/cancel", stop).headers["Location"] == stop["next"]
    people.desk.clock.forward(80 * HOUR)
    assert names(ada, work) == [ISRC, PAGE]


def test_what_was_taken_away_and_not_stopped_is_gone_and_the_last_name_says_so(
    people: People,
) -> None:
    ada = people.sign_in("Ada")
    _, work = her_work(ada)
    for name in (ISRC, PAGE):
        ada.prove()
        ada.post(f"/works/{work}/names/{name_token(name)}/remove")
        people.desk.clock.forward(72 * HOUR + 1)
    shown = ada.data(f"/works/{work}")
    assert (shown["names"], shown["told"]) == ([], None)
    assert "No name leads to this work any more" in ada.page(f"/works/{work}")
    gone = f"/works/{work}/names/{name_token(ISRC)}/remove"
    assert ada.get(gone).status_code == 404


def test_a_place_is_looked_at_on_wish_and_not_twice_a_minute(people: People) -> None:
    ada = people.sign_in("Ada")
    _, work = her_work(ada)
    (place,) = ada.data(f"/works/{work}")["places"]
    for _ in range(2):
        reply = ada.post(f"/works/{work}/look", claim=place["claim"])
        assert reply.headers["Location"].endswith(f"#place-{place['claim']}")
    assert ada.data(f"/works/{work}")["places"][0]["state"] == "waiting"
    assert "A look is under way" in ada.page(f"/works/{work}")


def test_the_site_of_an_address_is_registered_by_one_button(people: People) -> None:
    ada = people.sign_in("Ada")
    profile = "https://soundcloud.com/ada/night-train"
    _, work = her_work(ada, works=f"Night Train, {profile}, https://cdn.example.co.uk/x", places="")
    sites = [each["site"] for each in ada.data(f"/works/{work}")["names"]]
    assert sites == ["https://soundcloud.com/ada/", "https://cdn.example.co.uk/"]
    for site in (*sites, *sites):
        assert ada.post(f"/works/{work}/place", url=site).status_code == 303
    shown = ada.data(f"/works/{work}")
    assert [each["url"] for each in shown["places"]] == sites
    assert [each["site"] for each in shown["names"]] == [None, None]
    size = size_of(people)
    assert ada.post(f"/works/{work}/place", url="https://soundcloud.com/").status_code == 422
    assert size_of(people) == size


def test_a_change_leads_on_to_where_it_is_said_with_this_work_chosen(people: People) -> None:
    ada = people.sign_in("Ada")
    holder, work = her_work(ada)
    for then, end in (("say", ""), ("withdraw", "/withdraw"), ("//evil.example", "")):
        reply = ada.post(f"/works/{work}/say", then=then)
        path = reply.headers["Location"]
        assert path.startswith("/say/")
        assert path.count("/") == (3 if end else 2)
        with people.desk.registry.reading() as uow:
            choice = uow.choices.find(path.split("/")[2], ada.account.id)
        assert choice is not None
        assert (choice.rightsholder, choice.works) == (holder, (work,))


def test_another_rightsholders_work_claim_or_name_is_as_good_as_none(people: People) -> None:
    ada, eve = people.sign_in("Ada"), people.sign_in("Eve")
    holder, work = her_work(ada)
    mine, own = her_work(eve, works="Other Song, USRC17607839", places="")
    size, token = size_of(people), name_token(ISRC)
    claim = own_claim(people, work, holder)
    for path, fields in (
        (f"/works/{work}/identifiers", {"identifiers": "0 36000 29145 2"}),
        (f"/works/{work}/identifiers", {"identifiers": "036000291452", "rightsholder": mine}),
        (f"/works/{own}/identifiers", {"identifiers": "036000291452", "rightsholder": holder}),
        (f"/works/{work}/names/{token}/remove", {"rightsholder": holder}),
        (f"/works/{own}/names/{token}/remove", {}),
        (f"/works/{work}/look", {"claim": claim}),
        (f"/works/{own}/look", {"claim": claim}),
        (f"/works/{own}/look", {"claim": "nothing"}),
        (f"/works/{work}/place", {"url": "https://eve.example/"}),
        (f"/works/{work}/say", {"rightsholder": mine}),
    ):
        assert eve.post(path, fields).status_code == 404, path
    assert eve.get(f"/works/{work}/names/{token}/remove").status_code == 404
    assert size_of(people) == size


def test_a_viewer_and_a_form_without_its_token_change_nothing(people: People) -> None:
    ada, bob = people.sign_in("Ada"), people.sign_in("Bob")
    holder, work = her_work(ada)
    with people.desk.registry.bookkeeping() as uow:
        uow.members.put(Member(holder, bob.account.id, MemberRole.VIEWER, people.desk.clock()))
    size = size_of(people)
    (place,) = ada.data(f"/works/{work}")["places"]
    for path, fields in (
        (f"/works/{work}/identifiers", {"identifiers": "0 36000 29145 2"}),
        (f"/works/{work}/names/{name_token(ISRC)}/remove", {}),
        (f"/works/{work}/look", {"claim": place["claim"]}),
        (f"/works/{work}/place", {"url": "https://bob.example/"}),
        (f"/works/{work}/say", {}),
    ):
        assert bob.post(path, fields).status_code == 403, path
        assert ada.post(path, fields, token="another").status_code == 403, path
    assert bob.get(f"/works/{work}/names/{name_token(ISRC)}/remove").status_code == 403
    assert size_of(people) == size
