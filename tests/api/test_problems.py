"""Every error is a problem (RFC 9457) with a type, and never says what is only ours to know."""

import json

import pytest

from registry.api.problems import problem_of, problem_reply
from registry.errors import ConfigurationError, InvalidIdentifier, Unavailable, VerificationFailed


def test_what_http_itself_refuses_is_a_problem_too(world):
    for method, path, status, code in [
        ("GET", "/nope", 404, "not-found"),
        ("PUT", "/v1/works", 405, "method-not-allowed"),
        ("DELETE", "/v1/verify", 405, "method-not-allowed"),
    ]:
        response = world.http.request(method, path)
        assert (response.status_code, response.json()["code"]) == (status, code)
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["type"] == f"{world.url}/problems/{code}"
        if status == 405:
            assert response.headers["allow"]


def test_the_page_behind_a_type_is_there(world):
    kind = world.http.get("/nope").json()["type"]
    assert world.http.get(kind).status_code == 200


def test_a_body_of_another_type_or_too_large_is_a_problem(world):
    fields = {"authorization": f"Bearer {world.token}"}
    plain = world.http.post(
        "/v1/works", content=b"{}", headers={**fields, "content-type": "text/plain"}
    )
    assert (plain.status_code, plain.json()["field"]) == (415, "Content-Type")
    large = world.http.post(
        "/v1/works", content=b" " * 300_000, headers={**fields, "content-type": "application/json"}
    )
    assert (large.status_code, large.json()["code"]) == (413, "too-large")


@pytest.mark.parametrize(
    "error", [ConfigurationError("secret path"), VerificationFailed("secret key")]
)
def test_a_fault_of_ours_says_nothing_of_itself(error, caplog):
    status, headers, body = problem_reply(error, "https://r.example")
    assert (status, json.loads(body)["code"]) == (500, "internal")
    assert b"secret" not in body
    assert type(error).__name__ in caplog.text


def test_a_bug_is_a_500_without_words_of_its_own(world, monkeypatch):
    def broken(*_, **__):
        raise LookupError("a secret row is missing")

    monkeypatch.setattr("registry.api.answering.answer_within", broken)
    response = world.ask_raw(b'{"usage":"search","items":[{"identifiers":["isrc:USRC17607839"]}]}')
    assert (response.status_code, response.json()["code"]) == (500, "internal")
    assert "secret" not in response.text


def test_which_rule_an_identifier_broke_is_a_member_of_its_own():
    members = problem_of(InvalidIdentifier("x", field="f", code="check-digit"), "https://r.example")
    assert (members["code"], members["reason"], members["field"]) == (
        "invalid-identifier",
        "check-digit",
        "f",
    )


def test_several_members_at_fault_are_named_together(world):
    response = world.call("POST", "/v1/works", {"title": 5, "kind": "x", "extra": 1})
    problem = response.json()
    assert {each["field"] for each in problem["errors"]} == {
        "title",
        "kind",
        "extra",
        "role",
        "identifiers",
    }
    assert problem["field"] == problem["errors"][0]["field"]


def test_what_is_away_says_when_to_ask_again(world, monkeypatch):
    def away(*_, **__):
        raise Unavailable("the store is away")

    monkeypatch.setattr("registry.api.answering.answer_within", away)
    response = world.ask_raw(b'{"usage":"search","items":[{"identifiers":["isrc:USRC17607839"]}]}')
    assert response.status_code == 503
    assert response.headers["retry-after"] == "2"
