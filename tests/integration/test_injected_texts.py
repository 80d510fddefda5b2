"""Texts that mean something to a browser, a database, a terminal or a template go in and come out as texts."""

import json
from collections.abc import Iterator

import pytest

from tests.api.served import Served, served

TEXTS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE events; --",
    "1' OR '1'='1",
    "%s %(name)s {0} {{7*7}} ${7*7} #{7*7}",
    '=HYPERLINK("http://evil.example")',
    "\\x00 \\u0000 \\",
    "song]]>--><!--",
    "javascript:alert(1)",
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("texts"), REGISTRY_RATE_ANONYMOUS="0") as world:
        yield world


@pytest.mark.parametrize("text", TEXTS)
def test_a_title_comes_back_as_it_was_given(world: Served, text: str) -> None:
    work = world.work(title=text)
    assert world.call("GET", f"/v1/works/{work['id']}").json()["title"] == text


@pytest.mark.parametrize("text", TEXTS)
def test_in_a_record_page_no_text_becomes_markup(world: Served, text: str) -> None:
    preference = {"preference": "conditional", "contact": "mailto:a@b.example", "credit": text}
    record = world.declared(
        world.work(title=text)["id"], preferences={"generative-training": preference}
    )
    id = record["record"]["id"].rpartition("/")[2]
    page = world.http.get(f"/records/{id}", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "script-src" in page.headers["content-security-policy"] or (
        "default-src 'none'" in page.headers["content-security-policy"]
    )
    for raw in ("<script>alert", "<img src=x", "]]>--><!--"):
        assert raw not in page.text
    assert "'unsafe-inline'" not in page.headers["content-security-policy"]


@pytest.mark.parametrize("text", TEXTS)
def test_in_a_lookup_page_no_text_becomes_markup(world: Served, text: str) -> None:
    page = world.http.get("/lookup", params={"id": text}, headers={"accept": "text/html"})
    assert page.status_code < 500
    for raw in ("<script>alert", "<img src=x"):
        assert raw not in page.text


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_of_a_database_finds_and_changes_nothing(world: Served, text: str) -> None:
    size = world.root()[0]
    for path in (
        f"/v1/works/{text}",
        f"/v1/records/{text}",
        f"/v1/works?after={text}",
        f"/v1/verify?usage=search&id=isrc:{text}",
        f"/v1/verify?usage={text}&id=isrc:USRC17607839",
    ):
        reply = world.call("GET", path.replace("#", "%23"))
        assert reply.status_code < 500, path
        if "/works" in path and reply.status_code == 200:
            assert "works" in reply.json()
    answer = world.ask(text, usage="search")["results"][0]
    assert (answer["permitted"], answer["opted_out"]) == (False, True)
    assert world.root()[0] == size
    assert world.verify_log() == size


def test_a_page_of_another_site_can_do_nothing_with_a_browser(world: Served) -> None:
    """CSRF: nothing that writes takes its authority from what a browser sends by itself."""
    cookies = {"cookie": f"token={world.token}; session={world.token}; authorization={world.token}"}
    size = world.root()[0]
    body = {"title": "x", "kind": "recording", "role": "recording", "identifiers": [world.isrc()]}
    for headers in (
        {**cookies, "content-type": "text/plain", "origin": "https://evil.example"},
        {**cookies, "content-type": "application/json", "origin": "https://evil.example"},
        {**cookies, "content-type": "application/x-www-form-urlencoded"},
    ):
        reply = world.http.post("/v1/works", content=json.dumps(body), headers=headers)
        assert reply.status_code == 401
    preflight = world.http.options(
        "/v1/works",
        headers={"origin": "https://evil.example", "access-control-request-method": "POST"},
    )
    assert "access-control-allow-origin" not in preflight.headers
    assert world.root()[0] == size


def test_a_reply_is_never_taken_for_another_type(world: Served) -> None:
    work = world.work(title="<script>alert(1)</script>")
    for path in (f"/v1/works/{work['id']}", "/v1/works", "/nope<script>"):
        reply = world.call("GET", path)
        assert "json" in reply.headers["content-type"]
        assert reply.headers["x-content-type-options"] == "nosniff"
