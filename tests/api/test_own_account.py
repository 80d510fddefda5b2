"""A platform sees what was refused, and how it was answered; a test key is answered by the sandbox and nothing else."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from registry.client.verify import Exchange, verify_answer
from registry.domain.sandbox import sandbox_identifiers
from registry.domain.vocabulary import Decision
from registry.errors import VerificationFailed
from registry.services.add_test_key import add_test_key, revoke_test_key
from registry.services.register_platform import add_platform_key, revoke_platform_key
from registry.signing.keys import MemorySigner, generate
from tests.api.client_assertions import assertion, fields
from tests.api.served import STEWARD, Served

PATH = "/v1/me/failed-signatures"
QUESTION = b'{"usage":"search","items":[{"identifiers":["isrc:USRC17607839"]}]}'


def refusals(world: Served) -> list[dict[str, Any]]:
    """Newest first."""
    world.app.extensions["consent-registry"].registry.failures.catch_up()
    response = world.http.get(PATH, headers=world.signed("GET", PATH))
    world.shapes.check("GET", PATH, response)
    assert response.status_code == 200, response.text
    return response.json()["failed_signatures"]


@pytest.fixture
def test_key(world: Served) -> Iterator[MemorySigner]:
    signer = generate()
    with world.registry.bookkeeping() as uow:
        add_test_key(uow, world.platform, signer.public.jwk, world.clock.now, STEWARD)
    world.clock.now += 60_000  # a minute of refusals for each test
    return signer


def test_a_refused_signature_is_shown_with_its_reason_and_the_base_that_was_computed(
    world: Served, test_key: MemorySigner
) -> None:
    headers = world.signed("POST", "/v1/verify", QUESTION, nonce="mine")
    assert world.send(QUESTION + b" ", headers).json()["code"] == "digest-mismatch"
    headers = world.signed("POST", "/v1/verify", QUESTION, target="https://elsewhere.example/")
    assert world.send(QUESTION, headers).json()["code"] == "signature-invalid"
    newest, before = refusals(world)[:2]
    assert newest["code"] == "signature-invalid"
    assert newest["keyid"] == world.platform_signer.kid
    assert f'"@target-uri": {world.url}/v1/verify\n' in newest["signature_base"]
    assert newest["signature_base"].startswith('"@method": POST\n')
    assert newest["signature_base"] not in newest["detail"]
    assert before["code"] == "digest-mismatch"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"expires_in": 4_000}, "signature-window-too-long"),
        ({"created": 1}, "signature-expired"),
    ],
)
def test_a_signature_that_the_profile_refuses_is_shown_too(
    world: Served, test_key: MemorySigner, options: dict[str, Any], code: str
) -> None:
    assert world.ask_raw(QUESTION, **options).json()["code"] == code
    assert refusals(world)[0]["code"] == code


def test_a_replay_and_a_revoked_key_are_shown(world: Served, test_key: MemorySigner) -> None:
    headers = world.signed("POST", "/v1/verify", QUESTION)
    assert world.send(QUESTION, headers).status_code == 200
    assert world.send(QUESTION, headers).json()["code"] == "nonce-replayed"
    revoked = generate()
    with world.registry.writing() as ledger:
        add_platform_key(ledger, world.platform, revoked.public.jwk, STEWARD)
        revoke_platform_key(ledger, revoked.kid, STEWARD)
    assert world.ask_raw(QUESTION, signer=revoked).json()["code"] == "key-revoked"
    assert [each["code"] for each in refusals(world)[:2]] == ["key-revoked", "nonce-replayed"]


def test_what_names_no_key_that_is_known_is_nobodys(world: Served, test_key: MemorySigner) -> None:
    before = refusals(world)
    assert world.ask_raw(QUESTION, signer=generate()).json()["code"] == "key-unknown"
    world.send(QUESTION, {"content-type": "application/json", "signature": "x=:AA==:"})
    assert refusals(world) == before


def test_answers_are_counted_for_their_platform(world: Served) -> None:
    unregistered = world.isrc()
    world.ask(unregistered, "isrc:nonsense", usage="ai-index")
    world.app.extensions["consent-registry"].registry.asks.catch_up()
    path = "/v1/me/answers"
    response = world.http.get(path, headers=world.signed("GET", path))
    world.shapes.check("GET", path, response)
    found = {
        (each["usage"], each["decision"]): each["count"] for each in response.json()["answers"]
    }
    assert found["ai-index", "unregistered"] == 1
    assert found["ai-index", "error"] == 1
    for month in ("2026-13", "x"):
        bad = f"{path}?month={month}"
        assert world.http.get(bad, headers=world.signed("GET", bad)).status_code == 422


# -- the sandbox --


def ask(world: Served, signer: MemorySigner, *items: list[str]) -> tuple[Any, Exchange]:
    body = json.dumps({"usage": "search", "items": [{"identifiers": each} for each in items]})
    headers = world.signed("POST", "/v1/verify", body.encode(), signer=signer)
    response = world.send(body.encode(), headers)
    assert response.status_code == 200, response.text
    exchange = Exchange(
        "POST",
        world.url + "/v1/verify",
        headers,
        body.encode(),
        response.status_code,
        {name.lower(): value for name, value in response.headers.items()},
        response.content,
    )
    return response.json(), exchange


def test_a_test_key_sees_each_decision_and_is_told_in_the_signed_body_that_it_is_a_test(
    world: Served, test_key: MemorySigner
) -> None:
    items = [[sandbox_identifiers(each)[0]] for each in Decision]
    answer, exchange = ask(world, test_key, *items)
    assert answer["test"] is True
    assert [each["decision"] for each in answer["results"]] == [each.value for each in Decision]
    keys, now = world.published(), world.clock.now // 1000
    assert verify_answer(exchange, keys, now=now, sandbox=True) == answer
    with pytest.raises(VerificationFailed, match="test key"):
        verify_answer(exchange, keys, now=now)
    real, exchange = ask(world, world.platform_signer, *items)
    assert "test" not in real
    with pytest.raises(VerificationFailed, match="sandbox"):
        verify_answer(exchange, keys, now=now, sandbox=True)


def test_a_test_key_is_never_told_of_what_is_real(world: Served, test_key: MemorySigner) -> None:
    isrc = world.isrc()
    world.declared(world.work(isrc)["id"])
    answer, _ = ask(world, test_key, [isrc], ["isrc:USRC17607839"])
    for result in answer["results"]:
        assert result["error"]["code"] == "not-in-the-sandbox"
        assert (result["permitted"], result["opted_out"]) == (False, True)
    path = f"/v1/verify?usage=search&id={isrc}"
    got = world.http.get(path, headers=world.signed("GET", path, signer=test_key)).json()
    assert got["test"] is True
    assert got["results"][0]["error"]["code"] == "not-in-the-sandbox"


def test_a_test_key_proves_no_asking_and_is_counted_nowhere(
    world: Served, test_key: MemorySigner
) -> None:
    registry = world.app.extensions["consent-registry"].registry
    registry.asks.catch_up()
    ask(world, test_key, [sandbox_identifiers(Decision.DENY)[0]])
    assert registry.asks.waiting == 0


@pytest.mark.parametrize("path", ["/v1/changes", "/v1/asks", PATH, "/v1/webhooks"])
def test_a_test_key_opens_nothing_else(world: Served, test_key: MemorySigner, path: str) -> None:
    refused = world.http.get(path, headers=world.signed("GET", path, signer=test_key))
    assert (refused.status_code, refused.json()["code"]) == (401, "test-key")


def test_a_test_key_is_given_no_access_token(world: Served, test_key: MemorySigner) -> None:
    refused = world.http.post("/oauth/token", data=fields(assertion(world, signer=test_key)))
    assert refused.status_code in (400, 401)


def test_no_key_that_is_none_any_more_asks_the_sandbox(
    world: Served, test_key: MemorySigner
) -> None:
    with world.registry.bookkeeping() as uow:
        revoke_test_key(uow, world.platform, test_key.kid, world.clock.now, STEWARD)
    assert world.ask_raw(QUESTION, signer=test_key).json()["code"] == "key-revoked"
