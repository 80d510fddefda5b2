"""The page that takes a catalogue: for whom, from whom, how large, and what is said of a file that is none."""

import io

import pytest

from registry.services import import_catalogue
from registry.storage.members import Member, MemberRole
from registry.web.catalogue import send_page
from tests.catalogues.files import workbook
from tests.web.begin.walk import begun
from tests.web.catalogue.sending import TWO, open_holder, send_file, sent
from tests.web.people import ON_SQLITE, People

pytestmark = ON_SQLITE


def test_from_the_first_questions_to_the_catalogue_nothing_is_asked_twice(people: People) -> None:
    visitor = people.visitor("Ada")
    begun(visitor)
    visitor.post("/begin/say", preset="ask-me-first", contact="https://lovelace.example/ask")
    reply = visitor.post("/begin/works", works="half a line", catalogue="yes")
    assert reply.headers["Location"] == "/account/sign-up?next=/catalogue"
    assert "half a line" in visitor.page("/begin/works")
    visitor.sign_up("Ada")
    page = visitor.page("/catalogue")
    assert 'name="name" value="Lovelace Trio"' in page
    path = sent(visitor, open_holder(visitor))
    found = visitor.data(path)
    assert (found["preset"], found["conditions"]["contact"]) == (
        "ask-me-first",
        "https://lovelace.example/ask",
    )
    assert visitor.post("/begin/works", catalogue="yes").headers["Location"] == "/catalogue"


def test_whoever_acts_for_several_says_for_whom(people: People) -> None:
    ada = people.sign_in("Ada")
    assert ada.post("/catalogue/holder", name=" ").status_code == 422
    first = open_holder(ada, "Trio")
    assert "What a catalogue looks like" in ada.page("/catalogue"), "there is only one"
    second = open_holder(ada, "Duo")
    page = ada.page("/catalogue")
    assert f"/catalogue?rightsholder={first}" in page
    assert f"/catalogue?rightsholder={second}" in page
    assert 'type="file"' not in page
    path = sent(ada, second)
    assert path in ada.page(f"/catalogue?rightsholder={second}")
    assert path not in ada.page(f"/catalogue?rightsholder={first}")
    assert [each["id"] for each in ada.data(f"/catalogue?rightsholder={second}")["imports"]] == [
        path.rpartition("/")[2]
    ]


def test_a_workbook_larger_than_other_bodies_is_taken(people: People) -> None:
    ada = people.sign_in("Ada")
    holder = open_holder(ada)
    rows = [("Title", "ISRC"), *((f"Song {n} {'x' * 400}", f"GBAYE06{n:05}") for n in range(900))]
    text = "\r\n".join(";".join(row) for row in rows)
    assert len(text) > 300_000
    assert ada.data(sent(ada, holder, text, "lists/large.csv"))["name"] == "large.csv"
    assert ada.data(sent(ada, holder, workbook(rows[:3]), "a.xlsx"))["form"] == "xlsx"


def test_the_same_file_again_leads_to_the_same_import_and_leaves_nothing_behind(
    people: People,
) -> None:
    ada = people.sign_in("Ada")
    holder = open_holder(ada)
    assert sent(ada, holder) == sent(ada, holder)
    assert len(list(ada.registry.import_files.folder.iterdir())) == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "No table was found in this file"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "No table was found in this file"),
        (b"[1, 2]", "No table was found in this file"),
        (b"<html><body>no message</body></html>", "No table was found in this file"),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused_in_plain_words(
    people: People, content: bytes, sentence: str
) -> None:
    ada = people.sign_in("Ada")
    holder = open_holder(ada)
    reply = send_file(ada, holder, content)
    assert reply.status_code == 422
    assert sentence in reply.text
    assert "/catalogue/sheets/recordings.csv" in reply.text
    folder = ada.registry.import_files.folder
    assert not folder.exists() or not list(folder.iterdir())


def test_a_text_that_is_no_catalogue_is_looked_at_and_doubted(people: People) -> None:
    ada = people.sign_in("Ada")
    page = ada.page(sent(ada, open_holder(ada), "Dear all,\nplease find our song attached.\n"))
    assert "Nothing in this file was recognised. Is it a catalogue?" in page


def test_no_file_and_too_many_imports_are_said_at_the_form(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = people.sign_in("Ada")
    holder = open_holder(ada)
    reply = send_file(ada, holder, b"", name="")
    assert (reply.status_code, "Choose a file first." in reply.text) == (422, True)
    monkeypatch.setattr(import_catalogue, "MOST_OPEN", 1)
    sent(ada, holder)
    reply = send_file(ada, holder, TWO + "x;y;z\n")
    assert (reply.status_code, "have not ended" in reply.text) == (422, True)


def test_what_is_too_large_is_refused_before_it_is_read(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_page, "MOST_BYTES", 1_000)
    monkeypatch.setattr(send_page, "_AROUND", 1_000)
    ada = people.sign_in("Ada")
    reply = send_file(ada, open_holder(ada), b"x" * 3_000)
    assert reply.status_code == 413
    assert "Send it in parts." in reply.text


def test_a_body_is_read_only_of_somebody_who_may_send_one(people: People) -> None:
    ada, eve = people.sign_in("Ada"), people.sign_in("Eve")
    holder = open_holder(ada)

    class Unread(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise AssertionError("the body was read")

    def send(person: object, path: str) -> tuple[int, str | None]:
        reply = person.client.post(  # type: ignore[attr-defined]
            path,
            input_stream=Unread(),
            content_length=10_000_000,
            content_type="multipart/form-data; boundary=x",
            headers={"Accept": "text/html", "Origin": ada.origin},
            base_url=ada.origin,
        )
        return reply.status_code, reply.headers.get("Location")

    path = f"/catalogue?rightsholder={holder}"
    assert send(people.visitor(), path) == (303, "/account/sign-in?next=/catalogue")
    assert send(eve, path) == (403, None)
    with ada.registry.bookkeeping() as uow:
        uow.members.put(Member(holder, eve.account.id, MemberRole.VIEWER, 0))
    assert send(eve, path) == (403, None)
    assert send_file(ada, holder, token="").status_code == 403
