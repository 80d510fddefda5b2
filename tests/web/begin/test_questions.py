"""One question a page: what is typed is kept, what is wrong is said beside it, and nobody opens another's draft."""

import pytest

from registry.web.begin import said
from tests.web.begin.walk import PAGE, WHO, answered, begun
from tests.web.people import ON_SQLITE, People, Person

pytestmark = ON_SQLITE
COOKIE, HOST = "__Host-draft", "registry.example"


def draft_of(person: Person) -> str:
    """The secret in somebody's cookie."""
    cookie = person.client.get_cookie(COOKIE, HOST)
    assert cookie is not None
    assert cookie.http_only
    assert cookie.secure
    return cookie.value


def hold(person: Person, secret: str) -> None:
    """Puts a secret into somebody's browser."""
    person.client.set_cookie(COOKIE, secret, domain=HOST)


def test_a_visitor_answers_everything_and_is_asked_for_an_account_last(people: People) -> None:
    visitor = people.visitor("Ada")
    answered(visitor)
    page = visitor.page("/begin/check")
    for text in ("Lovelace Trio", "Night Train", "isrc:GBAYE0601498", "/account/sign-up"):
        assert text in page
    assert visitor.post("/begin/check").headers["Location"].startswith("/account/sign-in")
    assert "Night Train" in visitor.page("/begin/check")


def test_each_question_leads_to_the_first_that_is_open(people: People) -> None:
    visitor = people.visitor()
    for path in ("/begin/say", "/begin/uses", "/begin/works", "/begin/check"):
        assert visitor.get(path).headers["Location"] == "/begin?gone=1"
        assert visitor.post(path, token="").headers["Location"].startswith(("/begin?", "/account/"))
    assert "nothing kept here" in visitor.page("/begin?gone=1")
    assert visitor.post("/begin", WHO).headers["Location"] == "/begin/say"
    assert visitor.get("/begin/check").headers["Location"] == "/begin/say"
    assert visitor.post("/begin/say", preset="each").headers["Location"] == "/begin/uses"
    assert (
        visitor.post("/begin/uses", {"ai-training": "deny"}).headers["Location"] == "/begin/works"
    )
    assert visitor.post("/begin/works", works=PAGE).headers["Location"] == "/begin/check"
    assert visitor.post("/begin/say", preset="no-ai").headers["Location"] == "/begin/check"


@pytest.mark.parametrize(
    ("path", "fields", "fault"),
    [
        ("/begin", {"name": "Ada"}, "parts"),
        ("/begin", {"name": " ", "parts": "wrote"}, "name"),
        ("/begin", {"name": "x" * 201, "parts": "wrote"}, "name"),
        ("/begin/say", {}, "preset"),
        ("/begin/say", {"preset": "everything"}, "preset"),
        ("/begin/say", {"preset": "ask-me-first"}, "contact"),
        ("/begin/say", {"preset": "ask-me-first", "contact": "x" * 501}, "line"),
        ("/begin/uses", {}, "uses"),
        ("/begin/uses", {"search": "conditional"}, "conditions"),
        ("/begin/uses", {"search": "conditional", "licence": "ftp://x"}, "licence"),
        ("/begin/works", {}, "nothing"),
        ("/begin/works", {"works": "\n".join(f"{PAGE}/{n}" for n in range(101))}, "too-many-works"),
        ("/begin/works", {"places": "\n".join(f"a{n}.example" for n in range(21))}, "too-many-places"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_is_still_there(
    people: People, path: str, fields: dict[str, str], fault: str
) -> None:
    visitor = people.visitor()
    visitor.post("/begin", WHO)
    reply = visitor.post(path, fields)
    assert reply.status_code == 422
    with people.app.test_request_context():
        assert said.fault(fault) in reply.text
    for typed in fields.values():
        assert typed.strip() in reply.text


def test_bad_lines_are_shown_with_why_and_can_be_left_out(people: People) -> None:
    visitor = answered(people.visitor())
    works = f"Night Train, GB-AYE-06-01498\nThe Sea\nT-034.524.680-2\n{PAGE}"
    reply = visitor.post("/begin/works", places="soundcloud.com", works=works)
    assert reply.status_code == 422
    for text in ("Line 2:", "Line 3:", "Many people publish there", "the check digit does not fit"):
        assert text in reply.text
    again = visitor.page("/begin/works")
    assert "The Sea" in again, "what was typed is kept with its faults"
    left = visitor.post("/begin/works", places="soundcloud.com", works=works, leave="yes")
    assert left.headers["Location"] == "/begin/check"
    data = visitor.data("/begin/check")
    assert [each["title"] for each in data["works"]] == ["Night Train", PAGE]
    assert data["places"] == []


def test_a_draft_is_opened_by_its_browser_or_its_account_and_by_nobody_else(people: People) -> None:
    ada, eve = people.sign_in("Ada"), people.sign_in("Eve")
    answered(ada)
    assert eve.get("/begin/check").headers["Location"] == "/begin?gone=1"
    secret = draft_of(ada)
    hold(eve, secret)
    assert eve.get("/begin/check").headers["Location"] == "/begin?gone=1"
    stranger = people.visitor("Mallory")
    hold(stranger, secret)
    assert stranger.get("/begin/check").headers["Location"] == "/begin?gone=1"
    phone = people.visitor("Ada")
    phone.sign_in()
    assert "Night Train" in phone.page("/begin/check"), "on another device, once signed in"


def test_a_draft_runs_out_and_is_thrown_away_on_wish(people: People) -> None:
    visitor = begun(people.visitor())
    people.desk.clock.forward(8 * 24 * 3_600_000)
    assert visitor.get("/begin/say").headers["Location"] == "/begin?gone=1"
    begun(visitor)
    assert visitor.post("/begin/anew").headers["Location"] == "/begin"
    assert visitor.get("/begin/say").headers["Location"] == "/begin?gone=1"


def test_a_form_from_another_site_is_refused(people: People) -> None:
    ada = people.sign_in("Ada")
    answered(ada)
    for path in (
        "/begin",
        "/begin/say",
        "/begin/uses",
        "/begin/works",
        "/begin/anew",
        "/begin/check",
    ):
        reply = ada.client.post(
            path, data=WHO, headers={"Origin": "https://evil.example"}, base_url=ada.origin
        )
        assert reply.status_code == 403, path
    assert ada.post("/begin/check", token="forged").status_code == 403
    assert "Lovelace Trio" in ada.page("/begin/check")


def test_one_network_begins_fifty_drafts_a_day_without_an_account(people: People) -> None:
    for _ in range(50):
        assert people.visitor().post("/begin", WHO, token="").status_code == 303
    reply = people.visitor().post("/begin", WHO, token="")
    assert reply.status_code == 429
    assert "Sign in" in reply.text
    assert people.sign_in("Ada").post("/begin", WHO).status_code == 303


def test_what_somebody_writes_is_text_on_every_page(people: People) -> None:
    visitor = people.visitor()
    evil = '"><script>alert(1)</script>'
    visitor.post("/begin", {**WHO, "name": evil})
    visitor.post("/begin/say", preset="no-ai")
    visitor.post("/begin/works", works=f"{evil}, {PAGE}\n=HYPERLINK(1), {PAGE}/2\nbad {evil}")
    for path in ("/begin", "/begin/works"):
        assert "<script>alert" not in visitor.page(path)
    visitor.post("/begin/works", works=f"{evil}, {PAGE}\n=HYPERLINK(1), {PAGE}/2")
    page = visitor.page("/begin/check")
    assert "<script>alert" not in page
    assert "=HYPERLINK(1)" in page


def test_every_page_is_there_in_german(people: People) -> None:
    visitor = people.visitor(language="de")
    answered(visitor)
    for path, words in {
        "/begin": "Wer sind Sie?", "/begin/say": "Was sagen Sie zu KI?", "/begin/uses": "jeder Nutzung",
        "/begin/works": "Was gehört Ihnen?", "/begin/check": "Antworten",
    }.items():  # fmt: skip
        assert words in visitor.page(path)
