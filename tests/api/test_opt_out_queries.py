"""Existing opt-out clients: a row a line, nothing permitted that is not, and who may ask."""

import json
from typing import Any

import httpx2
import pytest

from registry.services.issue_query_key import issue_query_key, revoke_query_key
from registry.signing.http_signature import verify_response
from tests.api.served import STEWARD, Served

PATH = "/api/v2/query/urls"


@pytest.fixture(scope="module")
def key(world: Served) -> str:
    with world.registry.writing() as ledger:
        return issue_query_key(ledger, world.platform, "loader", STEWARD)[1]


def asked(world: Served, key: str, body: bytes, path: str = PATH, **more: str) -> httpx2.Response:
    headers = {"content-type": "text/plain", "authorization": f"API {key}", **more}
    response = world.http.post(path, content=body, headers=headers)
    world.shapes.check("POST", PATH, response)
    return response


def rows(response: httpx2.Response) -> list[Any]:
    assert response.status_code == 200, response.text
    return [(each["url"], each["optOut"], each["optIn"]) for each in response.json()["urls"]]


def test_every_line_has_its_row_in_order_as_it_was_written(world: Served, key: str) -> None:
    url = "https://lines.example/Song?a=%7e"
    world.declared(world.work(world.isrc(), url)["id"])
    lines = [url, "", "https://nobody.example/x", "nonsense", url + "\r", " " + url, url]
    found = rows(asked(world, key, "\n".join(lines).encode()))
    assert [line for line, _, _ in found] == lines
    assert [out for _, out, _ in found] == [True, True, False, True, *[True] * 3]
    assert not any(permitted for _, _, permitted in found)


@pytest.mark.parametrize("path", [PATH, PATH + "/"])
def test_both_spellings_of_the_path_answer(world: Served, key: str, path: str) -> None:
    found = rows(asked(world, key, b"https://nobody.example/y", path))
    assert found == [("https://nobody.example/y", False, False)]


def test_what_a_condition_or_nothing_was_said_about_is_opted_out(world: Served, key: str) -> None:
    conditional, silent = "https://lines.example/if", "https://lines.example/silent"
    ask_me = {"generative-training": {"preference": "conditional", "contact": "mailto:a@a.example"}}
    world.declared(world.work(world.isrc(), conditional)["id"], preferences=ask_me)
    world.work(world.isrc(), silent)
    found = rows(asked(world, key, f"{conditional}\n{silent}".encode()))
    assert [(out, permitted) for _, out, permitted in found] == [(True, False), (True, False)]


def test_bytes_that_are_no_text_are_opted_out_in_their_place(world: Served, key: str) -> None:
    found = rows(asked(world, key, b"https://nobody.example/\xff\nhttps://nobody.example/z"))
    assert [out for _, out, _ in found] == [True, False]


def test_the_answer_is_signed_as_every_answer_is(world: Served, key: str) -> None:
    response = asked(world, key, b"https://nobody.example/y")
    verify_response(
        status=200,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=response.content,
        request_method="POST",
        target_uri=world.url + PATH,
        request_signature=None,
        find_key=world.published().finder(),
        now=world.clock.now // 1000,
    )
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "authorization", ["", "API", "API crq_x", "Bearer {}", "{}", "API {} {}", "api,{}"]
)
def test_nobody_else_is_answered(world: Served, key: str, authorization: str) -> None:
    more = {"authorization": authorization.replace("{}", key)}
    response = asked(world, key, b"https://nobody.example/y", **more)
    assert response.status_code == 401
    assert key not in response.text


def test_a_revoked_key_is_refused_at_once(world: Served) -> None:
    with world.registry.writing() as ledger:
        issued, secret = issue_query_key(ledger, world.platform, "old", STEWARD)
    assert asked(world, secret, b"https://nobody.example/y").status_code == 200
    with world.registry.writing() as ledger:
        revoke_query_key(ledger, issued.id, STEWARD)
    assert asked(world, secret, b"https://nobody.example/y").status_code == 401


def test_a_key_opens_no_other_door(world: Served, key: str) -> None:
    question = json.dumps({"usage": "search", "items": [{"identifiers": ["isrc:USRC17607839"]}]})
    for scheme in ("API", "Bearer"):
        headers = {"authorization": f"{scheme} {key}", "content-type": "application/json"}
        refused = world.http.post("/v1/verify", content=question, headers=headers)
        assert refused.status_code == 401


def test_too_much_and_other_media_are_refused_with_words(world: Served, key: str) -> None:
    assert asked(world, key, b"\n" * 10_000).json()["code"] == "too-large"
    assert asked(world, key, b"\n" * 9_999).status_code == 200
    assert asked(world, key, b"x" * (4 * 1024 * 1024 + 1)).status_code == 413
    for kind in ("application/json", "text/plain; charset=utf-7", 'text/plain; charset="HZ"'):
        other = asked(world, key, b"https://nobody.example/", **{"content-type": kind})
        assert other.json()["code"] == "unsupported-media-type"
    for kind in ("text/plain; charset=UTF-8", "Text/Plain"):
        assert asked(world, key, b"x", **{"content-type": kind}).status_code == 200
