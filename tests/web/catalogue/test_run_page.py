"""From a file to registered works, without script: looked at, changed, counted, registered, stopped, gone on with."""

import pytest

from registry.domain.vocabulary import Usage
from registry.services import import_catalogue, register_catalogue
from registry.storage.jobs import JobState
from registry.storage.members import Delegation, Member, MemberRole
from registry.storage.staged_works import StagedWorks
from tests.web.catalogue.sending import (
    NO_AI,
    TWO,
    counted,
    open_holder,
    registered,
    sent,
    work_off,
)
from tests.web.people import ON_SQLITE, People, Person

pytestmark = ON_SQLITE
HOSTILE = "<script>alert(1)</script>\u202egpj"


@pytest.fixture
def ada(people: People) -> Person:
    return people.sign_in("Ada")


@pytest.fixture
def holder(ada: Person) -> str:
    return open_holder(ada)


def test_a_catalogue_is_looked_at_counted_registered_and_done(
    people: People, ada: Person, holder: str
) -> None:
    path = sent(ada, holder, "Titel;ISRC;Notiz\r\nNachtzug;GB-AYE-06-01498;x\r\nOhne;GB;y\r\n")
    page = ada.page(path)
    for text in (
        "was read as CSV",
        "Nachtzug",
        "isrc:GBAYE0601498",
        "Row 3 is left out.",
        "It has too many or too",
    ):
        assert text in page
    assert "Zeile 3 bleibt weg." in ada.page(f"{path}?lang=de")
    ada.get(f"{path}?lang=en")
    counted(ada, path)
    page = ada.page(path)
    for text in ("What would happen", "Register this work", "No AI, on one work", "Row 3"):
        assert text in page
    found = ada.data(path)
    figures = ("state", "registered", "declared", "rejected", "position")
    assert [found[name] for name in figures] == ["read", 1, 1, 1, 0]
    assert ada.post(f"{path}/start").headers["Location"] == path
    assert "0 of 1 works are in the registry" in ada.page(path)
    assert ada.get(path).headers["Refresh"] == "5"
    assert "Refresh" not in ada.get(f"{path}?still=1").headers
    work_off(ada, path)
    assert "The catalogue is registered" in ada.page(path)
    assert "Refresh" not in ada.get(path).headers
    rejected = ada.get(f"{path}/rejected.csv")
    assert rejected.content_type == "text/csv; charset=utf-8"
    assert "3,ISRC,length," in rejected.text
    results = people.desk.ask_all([("isrc:GBAYE0601498",)], Usage.GENERATIVE_TRAINING)
    assert results.results[0].answer.decision == "deny"


def test_importing_twice_changes_nothing_and_says_so(ada: Person, holder: str) -> None:
    path = sent(ada, holder)
    counted(ada, path)
    registered(ada, path)
    with ada.registry.reading() as uow:
        before = uow.log.head()
    again = sent(ada, holder)
    assert again != path
    assert "This very file was imported on" in ada.page(again)
    counted(ada, again)
    assert "Registering it changes nothing." in ada.page(again)
    registered(ada, again)
    assert "Nothing was changed." in ada.page(again)
    with ada.registry.reading() as uow:
        assert uow.log.head() == before


def test_a_column_is_said_to_hold_something_else_and_the_file_is_looked_at_again(
    ada: Person, holder: str
) -> None:
    path = sent(ada, holder)
    look = {"go": "look", "column-2": "version"}
    assert ada.post(f"{path}/look", look).headers["Location"] == path
    found = ada.data(path)
    assert [(each["field"], each["why"]) for each in found["columns"]] == [
        ("title", "name"),
        ("isrc", "name"),
        ("version", "given"),
    ]
    assert found["preview"][0]["work"]["title"] == "Nachtzug (x)"
    reply = ada.post(f"{path}/look", {**NO_AI, "column-1": ""})
    assert reply.status_code == 422
    assert "No column holds what a work is known by" in reply.text
    reply = ada.post(f"{path}/look", {"go": "look", "column-1": "version", "column-2": "version"})
    assert reply.status_code == 422
    assert "Two columns hold the same." in reply.text
    moved = {"go": "look", "column-0": "version", "column-2": "title"}
    assert ada.post(f"{path}/look", moved).status_code == 303
    assert ada.data(path)["preview"][0]["work"]["title"] == "x (Nachtzug)"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"preset": ""}, "Choose one of these."),
        ({"preset": "everything"}, "Choose one of these."),
        ({"preset": "ask-me-first"}, "Say where you can be asked"),
        (
            {"preset": "ask-me-first", "contact": "a@b.example", "licence": "ftp://x"},
            "A licence is a link that begins with https://.",
        ),
        (
            {"preset": "ask-me-first", "contact": "a@b.example", "price": "x" * 501},
            "Write one line of at most 500 characters.",
        ),
        (
            {"column-0": "isrc", "column-1": "title", "column-2": "title"},
            "Two columns hold the same.",
        ),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    ada: Person, holder: str, fields: dict[str, str], sentence: str
) -> None:
    path = sent(ada, holder)
    reply = ada.post(f"{path}/look", {**NO_AI, "inside": "none", **fields})
    assert reply.status_code == 422
    assert sentence in reply.text
    assert (
        'id="inside-none" name="inside" value="none" aria-describedby="inside-none-about" checked'
        in reply.text
    )
    assert ada.data(path)["state"] == "uploaded"


def test_nothing_yet_is_a_choice_and_registers_without_a_word(ada: Person, holder: str) -> None:
    path = sent(ada, holder)
    assert " checked" not in ada.page(path).partition('id="say"')[2]
    reply = ada.post(f"{path}/look", {"go": "look", "preset": "nothing"})
    assert 'value="nothing" aria-describedby="preset-nothing-about" checked' in ada.page(
        reply.headers["Location"]
    )
    counted(ada, path, preset="nothing")
    registered(ada, path)
    found = ada.data(path)
    assert (found["registered"], found["declared"], found["preset"]) == (2, 0, None)
    assert "Nothing was said about AI with this file." in ada.page(path)


def test_ask_me_asks_who_it_is_before_it_is_registered(
    people: People, ada: Person, holder: str
) -> None:
    path = sent(ada, holder)
    ask = {"preset": "ask-me-first", "contact": "https://a.example/ask", "credit": "Ada"}
    counted(ada, path, **ask)
    assert "waits 72 hours" in ada.page(path)
    people.desk.clock.forward(6 * 60_000)
    assert ada.post(f"{path}/start").headers["Location"] == f"/account/prove?next={path}"
    assert ada.data(path)["state"] == "read"
    ada.prove()
    registered(ada, path)
    found = ada.data(path)
    assert (found["declared"], found["conditions"]["credit"]) == (2, "Ada")
    results = people.desk.ask_all([("isrc:GBAYE0601498",)], Usage.GENERATIVE_TRAINING)
    assert results.results[0].answer.decision == "deny", "it waits, and is not proved"


def test_stopped_in_the_middle_it_goes_on_where_it_was(
    ada: Person, holder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_catalogue, "CHUNK", 1)
    path = sent(ada, holder)
    id = path.rpartition("/")[2]
    counted(ada, path)
    ada.post(f"{path}/start")
    staged = ada.registry.import_files.staged(id)
    assert staged is not None
    with ada.registry.writing() as ledger:
        register_catalogue.register_chunk(ledger, id, StagedWorks(staged))
    assert "1 of 2 works are in the registry" in ada.page(path)
    assert ada.post(f"{path}/cancel").headers["Location"] == path
    page = ada.page(path)
    assert "1 of 2 works are in the registry. What is registered stays." in page
    assert "Go on from there" in page
    work_off(ada, path)  # what was under way finds that nobody wants it any more
    assert ada.data(path)["position"] == 1
    registered(ada, path)
    found = ada.data(path)
    assert (found["state"], found["registered"], found["declared"]) == ("done", 2, 2)
    assert ada.post(f"{path}/start").headers["Location"] == path, "it is done, and stays so"
    assert ada.post(f"{path}/cancel").headers["Location"] == path
    assert ada.data(path)["state"] == "done"


def test_what_stands_still_says_so_and_is_sent_on_its_way_again(ada: Person, holder: str) -> None:
    path = sent(ada, holder)
    ada.post(f"{path}/look", NO_AI)
    id, registry = path.rpartition("/")[2], ada.registry
    with registry.bookkeeping() as uow:
        (job,) = [each for each in uow.jobs.listed(kind="import", limit=10) if each.key == id]
        lent = uow.jobs.take(job.id, registry.clock(), registry.clock() + 1)
        assert lent is not None
        uow.jobs.fail(lent, registry.clock(), "out of memory")
    assert "It stands still" in ada.page(path)
    assert ada.post(f"{path}/start", dry="yes").headers["Location"] == path
    assert "It stands still" not in ada.page(path)
    with registry.reading() as uow:
        again = uow.jobs.of(import_catalogue.IMPORT, id)
    assert again is not None
    assert again.state is JobState.WAITING


def test_one_that_is_thrown_away_or_whose_file_is_gone_registers_nothing(
    ada: Person, holder: str
) -> None:
    path = sent(ada, holder)
    reply = ada.post(f"{path}/cancel")
    assert reply.headers["Location"] == f"/catalogue?rightsholder={holder}"
    assert "Stopped" in ada.page(f"/catalogue?rightsholder={holder}")
    ada.registry.import_files.forget(path.rpartition("/")[2])
    for reply in (ada.post(f"{path}/start"), ada.post(f"{path}/look", {**NO_AI, "kind": "video"})):
        assert reply.status_code == 422
        assert "The file is not here any more." in reply.text
    assert ada.get(f"{path}/rejected.csv").status_code == 404


def test_a_viewer_sees_everything_and_changes_nothing(
    people: People, ada: Person, holder: str
) -> None:
    path = sent(ada, holder)
    counted(ada, path)
    eve = people.sign_in("Eve")
    with ada.registry.bookkeeping() as uow:
        uow.members.put(Member(holder, eve.account.id, MemberRole.VIEWER, 0))
    page = eve.page(path)
    assert "What would happen" in page
    assert f"{path}/start" not in page
    assert "you may look" in eve.page(f"/catalogue?rightsholder={holder}").lower()
    for act in ("look", "start", "cancel"):
        assert eve.post(f"{path}/{act}", NO_AI).status_code == 403
    assert ada.data(path)["state"] == "read"


def test_nobody_learns_anything_of_anothers_import(
    people: People, ada: Person, holder: str
) -> None:
    path = sent(ada, holder)
    mallory = people.sign_in("Mallory")
    none = f"/catalogue/{path.rpartition('/')[2][:-1]}0"
    for where in ("", "/rejected.csv"):
        theirs, nobodys = mallory.get(path + where), mallory.get(none + where)
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.text.replace(path, none) == nobodys.text
    for act in ("look", "start", "cancel"):
        assert mallory.post(f"{path}/{act}", NO_AI).status_code == 404
    assert mallory.get(f"/catalogue?rightsholder={holder}").status_code == 404
    for act in ("look", "start", "cancel"):
        assert ada.post(f"{path}/{act}", NO_AI, token="").status_code == 403
    assert ada.data(path)["state"] == "uploaded"


def test_who_acts_by_delegation_imports_to_the_end(
    people: People, ada: Person, holder: str
) -> None:
    lou = people.sign_in("Lou")
    label = open_holder(lou, "A label")
    with ada.registry.bookkeeping() as uow:
        uow.members.delegate(Delegation(holder, label, 0))
    path = sent(lou, holder)
    counted(lou, path)
    registered(lou, path)
    found = lou.data(path)
    assert (found["state"], found["registered"]) == ("done", 2)


def test_hostile_names_titles_and_columns_are_shown_as_text(ada: Person, holder: str) -> None:
    path = sent(
        ada, holder, f"Titel;ISRC;{HOSTILE}\r\n{HOSTILE};GBAYE0601498;=1+1\r\n", f"{HOSTILE}.csv"
    )
    pages = [ada.page(path)]
    counted(ada, path)
    pages.append(ada.page(path))
    registered(ada, path)
    pages += [ada.page(path), ada.page(f"/catalogue?rightsholder={holder}")]
    for page in pages:
        assert "<script>alert" not in page
        assert "\u202e" not in page
    assert "&lt;script&gt;alert(1)" in pages[0]


def test_a_message_of_a_distributor_shows_no_columns_to_choose(ada: Person, holder: str) -> None:
    lines = '{"title": "Nachtzug", "isrc": "GBAYE0601498"}\n'
    assert ada.data(sent(ada, holder, lines, "a.jsonl"))["form"] == "jsonl"
    assert TWO not in ada.page(f"/catalogue?rightsholder={holder}")
