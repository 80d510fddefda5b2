"""A platform is given what it asked, and the proof of it, and nothing of anybody else's."""

import hashlib
import json
from typing import Any

import pytest

from registry.client.asks import verify_ask
from registry.errors import VerificationFailed
from registry.services.issue_query_key import issue_query_key
from registry.services.register_platform import add_platform_key, register_platform
from registry.signing.keys import generate
from registry.worker.asks import root_asks
from tests.api.client_assertions import assertion, fields
from tests.asked import JOB, log_key
from tests.served import HOUR, STEWARD, Served


def got(world: Served, path: str, **options: Any) -> Any:
    """A signed GET, its reply held against the description and the published keys."""
    sent = world.signed("GET", path, **options)
    response = world.http.get(path, headers=sent)
    world.shapes.check("GET", path, response)
    if response.status_code == 200:
        world.verify_get(path, sent, response)
    return response


def asks_of(world: Served, query: str = "?limit=1000", **options: Any) -> list[dict[str, Any]]:
    world.app.extensions["consent-registry"].registry.asks.catch_up()
    found: list[dict[str, Any]] = got(world, f"/v1/asks{query}", **options).json()["asks"]
    return found


def newest(world: Served) -> dict[str, Any]:
    return asks_of(world)[-1]


def digest(body: bytes) -> str:
    from base64 import b64encode

    return f"sha-256=:{b64encode(hashlib.sha256(body).digest()).decode()}:"


def rooted(world: Served) -> None:
    world.clock.now += HOUR + 60_000
    root_asks(world.registry, JOB)


def test_a_signed_question_is_kept_with_the_digests_of_question_and_answer(world: Served) -> None:
    body = json.dumps({"usage": "search", "items": [{"identifiers": [world.isrc()]}]}).encode()
    response = world.ask_raw(body)
    kept = newest(world)
    assert kept["question_digest"] == digest(body) == response.json()["question_digest"]
    assert kept["answer_digest"] == digest(response.content)
    assert kept["time"] == response.json()["answered_at"]
    assert kept["platform"] == world.platform


def test_a_receipt_is_kept_with_the_digest_of_the_receipt(world: Served) -> None:
    body = json.dumps({"usage": "search", "items": [{"identifiers": [world.isrc()]}]}).encode()
    response = world.ask_raw(body, accept="application/answer-receipt+jwt")
    assert newest(world)["answer_digest"] == digest(response.content)


def test_a_signed_get_a_token_and_a_plain_key_are_kept_too(world: Served) -> None:
    before = len(asks_of(world))
    path = f"/v1/verify?usage=search&id={world.isrc()}"
    got(world, path)
    assert newest(world)["question_digest"] == digest(f"{world.url}{path}".encode())
    granted = world.http.post("/oauth/token", data=fields(assertion(world))).json()
    world.http.get(path, headers={"authorization": f"Bearer {granted['access_token']}"})
    with world.registry.writing() as ledger:
        _, key = issue_query_key(ledger, world.platform, "test", STEWARD)
    lines = b"https://example.com/a\n"
    reply = world.http.post(
        "/api/v2/query/urls",
        content=lines,
        headers={"authorization": f"API {key}", "content-type": "text/plain"},
    )
    assert reply.status_code == 200
    assert newest(world)["question_digest"] == digest(lines)
    assert newest(world)["answer_digest"] == digest(reply.content)
    assert len(asks_of(world)) == before + 3


def test_what_nobody_signed_is_not_kept_and_what_was_refused_neither(world: Served) -> None:
    before = len(asks_of(world))
    assert world.http.get(f"/v1/verify?usage=search&id={world.isrc()}").status_code == 200
    assert world.ask_raw(b"{}").status_code == 422
    assert len(asks_of(world)) == before


def test_pages_go_on_where_the_last_one_ended(world: Served) -> None:
    for _ in range(3):
        world.ask(world.isrc())
    every = [each["id"] for each in asks_of(world)]
    page = got(world, "/v1/asks?limit=2").json()
    assert [each["id"] for each in page["asks"]] == every[:2]
    assert page["more"]
    rest = got(world, f"/v1/asks?after={page['next']}&limit=1000").json()
    assert [each["id"] for each in rest["asks"]] == every[2:]
    assert not rest["more"]
    assert got(world, f"/v1/asks?after={rest['next']}").json() == {
        "asks": [],
        "next": rest["next"],
        "more": False,
    }


def test_a_proof_is_to_be_had_after_the_hour_and_holds_offline(world: Served) -> None:
    body = json.dumps({"usage": "search", "items": [{"identifiers": [world.isrc()]}]}).encode()
    answer = world.ask_raw(body).content
    path = f"/v1/asks/{newest(world)['id']}/proof"
    early = got(world, path)
    assert (early.status_code, early.json()["code"]) == (409, "not-rooted-yet")
    rooted(world)
    filed = got(world, path).content
    key = log_key(world.registry)
    proved = verify_ask(filed, key, question=body, answer=answer)
    assert proved.platform == world.platform
    with pytest.raises(VerificationFailed, match="not the answer"):
        verify_ask(filed, key, question=body, answer=answer + b" ")


def test_nobody_is_given_what_another_platform_asked(world: Served) -> None:
    world.ask(world.isrc())
    id = newest(world)["id"]
    rooted(world)
    foreign = generate()
    with world.registry.writing() as ledger:
        other = register_platform(ledger, "Others", "Others Inc.", STEWARD)
        add_platform_key(ledger, other, foreign.public.jwk, STEWARD)
    assert asks_of(world, signer=foreign) == []
    assert got(world, f"/v1/asks/{id}/proof", signer=foreign).status_code == 404
    assert got(world, f"/v1/asks/{id}/proof").status_code == 200


@pytest.mark.parametrize("id", ["0", "99999999999999999", "9" * 30, "-1", "x"])
def test_an_id_that_is_none_is_not_found(world: Served, id: str) -> None:
    assert got(world, f"/v1/asks/{id}/proof").status_code == 404
