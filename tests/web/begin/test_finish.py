"""One button registers everything once, and says what it is worth and what comes next."""

import pytest

from registry.domain.vocabulary import Usage
from tests.web.begin.walk import PAGE, WHO, WORKS, answered, begun
from tests.web.people import ON_SQLITE, People, Person

pytestmark = ON_SQLITE
ISRC = "isrc:GBAYE0601498"


def size_of(people: People) -> int:
    """How long the log is."""
    with people.desk.registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    return int(head.head.size)


def sent(person: Person) -> str:
    """Sends what was answered. Returns the path of the page after it."""
    reply = person.post("/begin/check")
    assert reply.status_code == 303, reply.text
    return str(reply.headers["Location"])


def told(person: Person, name: str, usage: str = "generative-training") -> str:
    """What whoever asks about this name is told."""
    answers = person.data(f"/lookup?id={name}")["answers"]
    return str(next(each["decision"] for each in answers if each["usage"] == usage))


def test_a_no_counts_at_once_for_every_name_that_was_given(people: People) -> None:
    ada = people.sign_in("Ada")
    answered(ada, places="https://soundcloud.com/ada")
    path = sent(ada)
    done = ada.data(path)
    assert [each["title"] for each in done["works"]] == ["Night Train", "iswc:T0345246801"]
    page = ada.page(path)
    assert str(done["reference"]) in page
    assert done["places"][0]["ways"][0]["line"] in page
    assert f"/records/{done['record']}" in page
    assert "Lovelace Trio" in ada.page(f"/records/{done['record']}")
    for name in (ISRC, PAGE, "iswc:T0345246801", "https://soundcloud.com/ada/new-song"):
        assert told(ada, name) == "deny", name
        assert told(ada, name, "search") == "unstated", name
    with people.desk.registry.reading() as uow:
        (event,) = uow.log.events(done["reference"], done["reference"] + 1)
    assert event.type == "declaration.issued"


def test_a_second_click_registers_nothing_more_and_leads_to_the_first_outcome(
    people: People,
) -> None:
    ada = people.sign_in("Ada")
    answered(ada)
    cookie = ada.client.get_cookie("__Host-draft", "registry.example")
    assert cookie is not None
    path = sent(ada)
    size = size_of(people)
    assert sent(ada) == path
    ada.client.set_cookie("__Host-draft", cookie.value, domain="registry.example")
    assert sent(ada) == path
    assert size_of(people) == size


def test_nobody_else_sees_what_came_of_it(people: People) -> None:
    ada, eve = people.sign_in("Ada"), people.sign_in("Eve")
    answered(ada)
    path = sent(ada)
    assert eve.get(path).status_code == 404
    assert eve.get("/begin/done/nothing").status_code == 404
    assert people.visitor().get(path).headers["Location"].startswith("/account/sign-in")


def test_beginning_again_adds_to_the_same_rightsholder_and_the_same_works(people: People) -> None:
    ada = people.sign_in("Ada")
    answered(ada)
    first = ada.data(sent(ada))
    ada.post("/begin", {**WHO, "name": "lovelace trio", "parts": ["recorded", "perform"]})  # type: ignore[dict-item]
    ada.post("/begin/say", preset="no-ai")
    ada.post(
        "/begin/works",
        works=f"Night Train, {ISRC}, https://lovelace.example/live\nupc:036000291452",
    )
    second = ada.data(sent(ada))
    assert second["rightsholder"] == first["rightsholder"]
    assert second["works"][0]["id"] == first["works"][0]["id"]
    assert "https://lovelace.example/live" in [
        each["text"] for each in second["works"][0]["identifiers"]
    ]
    assert len(second["works"]) == 2


def test_who_acts_for_a_rightsholder_chooses_it_and_nobody_chooses_anothers(people: People) -> None:
    ada, eve = people.sign_in("Ada"), people.sign_in("Eve")
    answered(ada)
    holder = ada.data(sent(ada))["rightsholder"]
    assert "Lovelace Trio" in ada.page("/begin")
    assert ada.post("/begin", holder=holder, parts="wrote").headers["Location"] == "/begin/say"
    reply = eve.post("/begin", holder=holder, parts="wrote")
    assert reply.status_code == 422, "the id of another is as good as none"
    eve.post("/begin", {**WHO, "holder": holder})
    eve.post("/begin/say", preset="no-ai")
    eve.post("/begin/works", works=WORKS)
    assert eve.data(sent(eve))["rightsholder"] != holder


def test_who_no_longer_acts_for_it_is_asked_again(people: People) -> None:
    ada = people.sign_in("Ada")
    answered(ada)
    holder = ada.data(sent(ada))["rightsholder"]
    ada.post("/begin", holder=holder, parts="wrote")
    ada.post("/begin/say", preset="no-ai")
    ada.post("/begin/works", works=WORKS)
    with people.desk.registry.bookkeeping() as uow:
        uow.members.remove(holder, ada.account.id)
    size = size_of(people)
    assert ada.post("/begin/check").headers["Location"] == "/begin"
    assert size_of(people) == size


@pytest.mark.parametrize("preset", ["ask-me-first", "each"])
def test_what_loosens_asks_who_it_is_and_waits(people: People, preset: str) -> None:
    ada = people.sign_in("Ada")
    begun(ada)
    ada.post("/begin/say", preset=preset, contact="https://lovelace.example/ask")
    if preset == "each":
        chosen = {usage.value: "" for usage in Usage} | {"generative-training": "conditional"}
        ada.post("/begin/uses", {**chosen, "credit": "Lovelace Trio"})
    ada.post("/begin/works", works=WORKS)
    people.desk.clock.forward(6 * 60_000)
    assert sent(ada) == "/account/prove?next=/begin/check"
    ada.prove()
    done = ada.data(sent(ada))
    assert done["takes_effect_at"] is not None
    assert told(ada, ISRC) == "deny"


def test_a_no_needs_no_fresh_proof(people: People) -> None:
    ada = people.sign_in("Ada")
    answered(ada)
    people.desk.clock.forward(3_600_000)
    assert sent(ada).startswith("/begin/done/")


def test_a_hundred_works_are_registered_within_one_write(people: People) -> None:
    ada = people.sign_in("Ada")
    works = "\n".join(f"Song {n}, GBAYE26{n:05}" for n in range(100))
    answered(ada, works=works)
    assert len(ada.data(sent(ada))["works"]) == 100


def test_what_is_drafted_is_in_the_download_and_goes_with_the_account(people: People) -> None:
    ada = people.sign_in("Ada")
    answered(ada)
    with people.desk.registry.reading() as uow:
        (row,) = uow.personal_data.of(ada.account.id)["drafts"]
    assert "Night Train" in row["answers"]
    with people.desk.registry.bookkeeping() as uow:
        uow.personal_data.remove(ada.account.id, ada.address)
        assert uow.drafts.open_of(ada.account.id, people.desk.clock()) is None


def test_a_whole_site_is_looked_at_on_wish_and_by_nobody_else(people: People) -> None:
    ada, eve = people.sign_in("Ada"), people.sign_in("Eve")
    answered(ada, places="https://lovelace.example/")
    path = sent(ada)
    (place,) = ada.data(path)["places"]
    assert place["whole_host"]
    assert "prove first that it is yours" in ada.page(path)
    assert eve.post(f"{path}/look", claim=place["claim"]).status_code == 404
    assert ada.post(f"{path}/look", claim="nothing").status_code == 404
    after = ada.post(f"{path}/look", claim=place["claim"])
    assert after.headers["Location"] == f"{path}?asked={place['claim']}"
    assert ada.data(path)["places"][0]["state"] == "waiting"
    assert ada.post(f"{path}/look", claim=place["claim"]).status_code == 303, "asked just now"
