"""Where a browser asks, an error is a page that says what is safe; a machine gets the problem."""

import re

import pytest

from registry.instants import rfc3339
from tests.registries import HOUR, Desk
from tests.web.conftest import HTML, Browser
from tests.web.on_sqlite import database_url  # noqa: F401

RECORD = "/records/01a20212-5f30-70ac-93b8-967730279525"


@pytest.mark.parametrize("path", ["/nope", RECORD, "/v1/records/x", "/problems/unheard-of"])
def test_what_is_not_there_is_a_page_for_people_and_a_problem_for_machines(
    browser: Browser, path: str
) -> None:
    page = browser.get(path)
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "This is no answer" in page.text
    for accept in ("application/json", "*/*"):
        machine = browser.client.get(path, headers={"Accept": accept})
        assert machine.content_type == "application/problem+json"
        assert machine.get_json()["status"] == 404
        assert "Accept" in machine.headers["Vary"]


def test_what_was_asked_wrongly_says_what_would_be_right(browser: Browser) -> None:
    page = browser.get("/lookup?id=" + "%0A".join(str(n) for n in range(30)))
    assert page.status_code == 400
    assert "at most 20 lines" in page.text
    assert "bad-parameter" in page.text


def test_whoever_asks_too_often_is_told_to_wait_and_so_are_machines(browser: Browser) -> None:
    for _ in range(30):
        assert browser.get("/lookup?id=isrc:GBAYE0601498").status_code == 200
    page = browser.get("/lookup?id=isrc:GBAYE0601498")
    assert page.status_code == 429
    assert "Wait a minute" in page.text
    assert int(page.headers["Retry-After"]) <= 60
    data = browser.client.get("/lookup?id=isrc:GBAYE0601498&format=json")
    assert data.get_json()["code"] == "too-many-requests"


def test_a_store_that_is_away_permits_nothing_and_says_so(
    browser: Browser, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registry.errors import Unavailable

    def away(*_: object, **__: object) -> None:
        raise Unavailable("the store is away")

    monkeypatch.setattr("registry.web.lookup.answer_within", away)
    page = browser.get("/lookup?id=isrc:GBAYE0601498")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "2")
    assert "it permits nothing" in page.text
    assert "No record here" not in page.text


def test_a_fault_of_ours_keeps_its_words_to_itself(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise LookupError("a secret row is missing")

    monkeypatch.setattr("registry.web.lookup.answer_within", broken)
    page = browser.get("/lookup?id=isrc:GBAYE0601498")
    assert page.status_code == 500
    assert "on our side" in page.text
    assert "secret" not in page.text


def test_no_path_makes_the_page_lead_to_another_host(browser: Browser) -> None:
    for path in ("//evil.example/", "///evil.example/", "/\\evil.example", "//evil.example/\u00e4"):
        page = browser.client.get("/", headers=HTML, environ_overrides={"PATH_INFO": path})
        assert page.status_code == 404
        assert 'href="//' not in page.text
        assert 'href="/\\' not in page.text
        assert 'href="http' not in page.text


def test_what_is_for_programs_says_so(browser: Browser) -> None:
    page = browser.get("/v1/works")
    assert (page.status_code, page.mimetype) == (401, "text/html")
    assert "for programs that prove who they are" in page.text


def test_a_method_that_is_not_allowed_stays_a_problem(browser: Browser) -> None:
    reply = browser.client.post("/", headers={"Accept": "text/html"})
    assert reply.status_code == 405
    assert reply.headers["Allow"]


def test_the_pages_share_the_count_of_unsigned_questions(browser: Browser) -> None:
    for _ in range(30):
        browser.get("/lookup?id=isrc:GBAYE0601498")
    asked = browser.client.get("/v1/verify?usage=search&id=isrc:GBAYE0601498")
    assert asked.status_code == 429


@pytest.mark.parametrize(
    ("wish", "said"), [("en", "still settling"), ("de", "noch nicht feststeht")]
)
def test_a_moment_that_is_not_settled_yet_is_said_calmly_and_can_be_asked_about_again(
    browser: Browser, desk: Desk, wish: str, said: str
) -> None:
    desk.clock.forward(HOUR)
    moment = rfc3339(desk.clock())
    address = f"/lookup?id=isrc:GBAYE0601498&as_of={moment}"
    page = browser.get(f"{address}&lang={wish}")
    assert (page.status_code, page.headers["Retry-After"]) == (422, "10")
    assert said in page.text
    assert "could not be understood" not in page.text
    assert re.search("This is no answer|Das ist keine Antwort", page.text)
    (again,) = re.findall(r'<p><a href="(/lookup[^"]*)"', page.text)
    desk.clock.forward(10_000)
    assert browser.data(again.replace("&amp;", "&"))["as_of"] == moment
