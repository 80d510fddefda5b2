"""Webhooks over HTTP: a platform sees and does what is its own, and every reply is signed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from registry.services.register_platform import add_platform_key, register_platform
from registry.signing.keys import MemorySigner, generate
from registry.storage.webhooks import Notice, NoticeKind
from tests.api.served import STEWARD, Served, served

URL = "https://tunes.example/hook"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("webhooks")) as world:
        yield world


def call(
    world: Served, method: str, path: str, body: Any = None, signer: MemorySigner | None = None
) -> httpx2.Response:
    """A signed call, its reply held against the description and its signature."""
    content = b"" if body is None else json.dumps(body).encode()
    options = {} if signer is None else {"signer": signer}
    headers = world.signed(method, path, content, **options)
    response = world.http.request(method, path, content=content, headers=headers)
    world.shapes.check(method, path, response)
    if response.status_code < 300 and method == "GET":
        world.verify_get(path, headers, response)
    assert (response.status_code < 300) == ("signature" in response.headers)
    return response


def registered(world: Served, url: str = URL, **members: Any) -> dict[str, Any]:
    reply = call(world, "POST", "/v1/webhooks", {"url": url, **members})
    assert reply.status_code in (200, 201), reply.text
    found: dict[str, Any] = reply.json()
    return found


def test_it_is_registered_once_seen_and_deleted(world: Served) -> None:
    first = call(world, "POST", "/v1/webhooks", {"url": URL})
    assert (first.status_code, first.json()["state"]) == (201, "asked")
    assert first.json()["waiting"]["type"] == "challenge"
    assert "challenge" not in {key for key in first.json() if key != "waiting"}
    again = call(world, "POST", "/v1/webhooks", {"url": URL, "kinds": ["work.registered"]})
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    (listed,) = call(world, "GET", "/v1/webhooks").json()["webhooks"]
    assert listed["kinds"] == ["work.registered"]
    path = f"/v1/webhooks/{listed['id']}"
    assert call(world, "DELETE", path).json() == {"id": listed["id"], "deleted": True}
    assert call(world, "DELETE", path).status_code == 404
    assert call(world, "GET", "/v1/webhooks").json() == {"webhooks": []}


def test_what_was_given_up_on_is_read_and_replayed(world: Served) -> None:
    id = registered(world)["id"]
    with world.registry.bookkeeping() as uow:
        waiting = uow.webhooks.waiting(id)
        assert waiting is not None
        uow.webhooks.keep_notice(
            replace(
                Notice(waiting.id, id, NoticeKind.CHANGES, waiting.made_at, 3, 9, 2, ("x",)),
                tries=12, tried_at=1, dead_at=2, trouble="it answered 503",
            )
        )  # fmt: skip
    (letter,) = call(world, "GET", f"/v1/webhooks/{id}/dead-letters").json()["dead_letters"]
    assert (letter["first"], letter["last"], letter["count"]) == (3, 9, 2)
    assert (letter["tries"], letter["trouble"]) == (12, "it answered 503")
    assert registered(world)["dead_letters"] == 1
    replayed = call(world, "POST", f"/v1/webhooks/{id}/replay")
    assert (replayed.status_code, replayed.json()["replayed"]) == (202, 1)
    assert registered(world)["waiting"]["tries"] == 0
    busy = call(world, "POST", f"/v1/webhooks/{id}/test")
    assert (busy.status_code, busy.json()["code"]) == (409, "conflict")
    call(world, "DELETE", f"/v1/webhooks/{id}")


def test_a_test_can_be_asked_for(world: Served) -> None:
    id = registered(world)["id"]
    with world.registry.bookkeeping() as uow:
        waiting = uow.webhooks.waiting(id)
        assert waiting is not None
        uow.webhooks.forget_notice(waiting.id)
    asked = call(world, "POST", f"/v1/webhooks/{id}/test")
    assert (asked.status_code, asked.json()["waiting"]["type"]) == (202, "challenge")
    call(world, "DELETE", f"/v1/webhooks/{id}")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": "http://tunes.example/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": URL, "kinds": ["nothing.known"]}, "kinds[0]"),
        ({"url": URL, "secret": "x"}, "secret"),
    ],
)
def test_what_cannot_be_is_refused_and_the_culprit_named(
    world: Served, body: Any, field: str
) -> None:
    refused = call(world, "POST", "/v1/webhooks", body)
    assert (refused.status_code, refused.json()["field"]) == (422, field)


def test_another_platforms_is_not_there(world: Served) -> None:
    id = registered(world)["id"]
    signer = generate()
    with world.registry.writing() as ledger:
        other = register_platform(ledger, "Others", "Others Inc.", STEWARD)
        add_platform_key(ledger, other, signer.public.jwk, STEWARD)
    for method, path in (
        ("DELETE", f"/v1/webhooks/{id}"),
        ("POST", f"/v1/webhooks/{id}/test"),
        ("POST", f"/v1/webhooks/{id}/replay"),
        ("GET", f"/v1/webhooks/{id}/dead-letters"),
    ):
        assert call(world, method, path, signer=signer).status_code == 404
    assert call(world, "GET", "/v1/webhooks", signer=signer).json() == {"webhooks": []}
    call(world, "DELETE", f"/v1/webhooks/{id}")


def test_a_body_that_was_not_signed_does_nothing(world: Served) -> None:
    headers = world.signed("POST", "/v1/webhooks", json.dumps({"url": URL}).encode())
    other = json.dumps({"url": "https://elsewhere.example/"}).encode()
    refused = world.http.post("/v1/webhooks", content=other, headers=headers)
    assert refused.json()["code"] in ("digest-mismatch", "signature-invalid")
    assert call(world, "GET", "/v1/webhooks").json() == {"webhooks": []}


def test_each_that_has_us_send_something_takes_a_sixtieth_of_the_limit(
    tmp_path: Path,
) -> None:
    with served(tmp_path, REGISTRY_RATE_PLATFORM="240") as world:
        before = left(call(world, "GET", "/v1/webhooks"))
        id = registered(world)["id"]
        assert left(call(world, "GET", "/v1/webhooks")) == before - 2 - 240 // 60
        call(world, "POST", f"/v1/webhooks/{id}/test")
        assert left(call(world, "GET", "/v1/webhooks")) == before - 4 - 2 * (240 // 60)


def left(reply: httpx2.Response) -> int:
    """How many places the platform has left in this minute."""
    return int(reply.headers["ratelimit"].partition("r=")[2].partition(";")[0])
