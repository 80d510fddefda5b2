"""Questions over real HTTP: what is answered, what is refused, and that nothing is permitted by mistake."""

import json
from base64 import b64encode

import pytest

from registry.instants import rfc3339
from registry.signing.content_digest import content_digest
from registry.signing.keys import generate


def question(*identifiers: str, **members: object) -> bytes:
    items = [{"identifiers": [each]} for each in identifiers] or [
        {"identifiers": ["isrc:USRC17607839"]}
    ]
    return json.dumps({"usage": "generative-training", "items": items, **members}).encode()


def test_a_declared_denial_is_answered_signed_and_with_its_evidence(world):
    isrc = world.isrc()
    work = world.work(isrc)
    declared = world.declared(work["id"])
    answer = world.ask(
        {"identifiers": [isrc], "ref": "row-17"}, isrc.replace("isrc:", "isrc:US-"), run="r"
    )
    assert answer["run"] == "r"
    assert answer["platform"] == world.platform
    first, second = answer["results"]
    assert first["ref"] == "row-17"
    assert (first["decision"], first["permitted"], first["opted_out"]) == ("deny", False, True)
    assert first["evidence"][0]["record"] == declared["record"]["url"]
    assert first["evidence"][0]["rightsholder"] == {
        "id": world.rightsholder,
        "name": "Ada <Lovelace>",
    }
    assert second["error"]["field"] == "items[1].identifiers[0]"
    assert (second["permitted"], second["opted_out"]) == (False, True)
    assert "decision" not in second


def test_what_nobody_registered_is_unregistered_and_not_permitted(world):
    result = world.ask("isrc:USRC17607839")["results"][0]
    assert (result["decision"], result["permitted"], result["opted_out"]) == (
        "unregistered",
        False,
        False,
    )


def test_an_item_with_a_good_and_a_broken_identifier_has_its_answer_and_its_error(world):
    isrc = world.isrc()
    world.declared(world.work(isrc)["id"])
    result = world.ask({"identifiers": [isrc, "isrc:broken"]})["results"][0]
    assert result["decision"] == "deny"
    assert result["error"]["code"] == "invalid-identifier"
    unknown = world.ask({"identifiers": ["isrc:USRC17607839", "isrc:broken"]})["results"][0]
    assert (unknown["decision"], unknown["opted_out"]) == ("unstated", True)


@pytest.mark.parametrize(
    "item",
    [
        5,
        None,
        [],
        "isrc:x",
        {},
        {"identifiers": []},
        {"identifiers": "isrc:x"},
        {"identifiers": [7]},
        {"identifiers": ["isrc:USRC17607839"], "extra": 1},
        {"identifiers": ["isrc:USRC17607839"], "ref": 5},
        {"identifiers": ["isrc:USRC17607839"] * 101},
    ],
)
def test_an_item_that_is_no_item_is_an_error_in_its_place_and_leaves_the_others_alone(world, item):
    body = json.dumps(
        {
            "usage": "search",
            "items": [
                {"identifiers": ["isrc:USRC17607839"]},
                item,
                {"identifiers": ["isrc:GBAYE0000001"]},
            ],
        }
    ).encode()
    results = world.ask_raw(body).json()["results"]
    assert [each["index"] for each in results] == [0, 1, 2]
    assert results[1]["error"]["field"].startswith("items[1]")
    assert (results[1]["permitted"], results[1]["opted_out"]) == (False, True)
    assert "decision" not in results[1]
    assert results[0]["decision"] == results[2]["decision"] == "unregistered"


def test_results_come_in_the_order_of_the_items_wherever_one_is_dropped_repeated_or_moved(world):
    denied = [world.isrc() for _ in range(3)]
    for isrc in denied:
        world.declared(world.work(isrc)["id"])
    free = [f"isrc:USRC1760{n:04d}" for n in range(3)]
    line = [denied[0], free[0], denied[1], free[1], denied[2], free[2]]
    for at in range(len(line)):
        dropped = line[:at] + line[at + 1 :]
        repeated = [*line[:at], line[at], *line[at:]]
        moved = [line[at], *dropped]
        for asked in (dropped, repeated, moved):
            results = world.ask(*asked)["results"]
            assert [each["index"] for each in results] == list(range(len(asked)))
            assert [each["opted_out"] for each in results] == [each in denied for each in asked]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (question(usage="everything-ever"), 422, "usage"),
        (question(usage=5), 422, "usage"),
        (b'{"items": [{"identifiers": ["isrc:x"]}]}', 422, "usage"),
        (b'{"usage": "search"}', 422, "items"),
        (b'{"usage": "search", "items": []}', 422, "items"),
        (b'{"usage": "search", "items": {}}', 422, "items"),
        (question(sneaky=True), 422, "sneaky"),
        (question(as_of="yesterday"), 422, "as_of"),
        (question(as_of="2099-01-01T00:00:00Z"), 422, "as_of"),
        (question(as_of="2026-01-01T00:00:00"), 422, "as_of"),
        (question(run="r" * 201), 422, "run"),
        (b"[]", 422, None),
        (b"{", 400, None),
        (b"\xff", 400, None),
        (b'{"usage": NaN}', 400, None),
        (b"[" * 100_000, 400, None),
        (
            b'{"usage": "search", "usage": "ai-input", "items": [{"identifiers": ["isrc:x"]}]}',
            400,
            None,
        ),
        (
            b'{"usage": "search", "items": [{"identifiers": ["isrc:x"], "identifiers": []}]}',
            400,
            None,
        ),
        (b'{"usage": "search", "items": [{"identifiers": ["\\ud800"]}]}', 400, None),
        (b'{"usage": "search", "as_of": ' + b"9" * 5000 + b"}", 400, None),
    ],
)
def test_a_question_that_cannot_be_understood_is_a_problem_that_names_the_field(
    world, body, status, field
):
    response = world.ask_raw(body)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem.get("field") == field
    assert "results" not in problem


def test_ten_thousand_items_are_answered_and_one_more_is_too_many(world):
    items = [{"identifiers": ["isrc:USRC17607839"]}] * 10_000
    body = json.dumps({"usage": "search", "items": items}).encode()
    response = world.ask_raw(body, path="/v1/verify?evidence=none")
    assert len(response.json()["results"]) == 10_000
    assert "evidence" not in response.json()["results"][0]
    body = json.dumps({"usage": "search", "items": [*items, items[0]]}).encode()
    response = world.ask_raw(body)
    assert (response.status_code, response.json()["field"]) == (413, "items")


def test_a_body_over_four_mebibytes_is_refused(world):
    response = world.ask_raw(question(run="r" * (4 * 1024 * 1024)))
    assert response.status_code == 413
    assert response.json()["code"] == "too-large"


def test_a_body_of_another_type_is_refused(world):
    body = question()
    headers = world.signed("POST", "/v1/verify", body) | {"content-type": "text/plain"}
    response = world.send(body, headers)
    assert (response.status_code, response.json()["field"]) == (415, "Content-Type")


def test_an_unsigned_post_is_nobody(world):
    response = world.send(question(), {"content-type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (401, "signature-missing")


def test_a_signed_get_is_answered_and_its_answer_holds(world):
    isrc = world.isrc()
    world.declared(world.work(isrc)["id"])
    path = f"/v1/verify?usage=ai-input&id={isrc.replace(':', '%3A')}&run=x"
    headers = world.signed("GET", path)
    response = world.http.get(path, headers=headers)
    assert response.json()["results"][0]["decision"] == "deny"
    assert response.json()["platform"] == world.platform
    world.verify_get(path, headers, response)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("id=isrc:x", "usage"),
        ("usage=search", "id"),
        ("usage=search&usage=search&id=x", "usage"),
        ("usage=search&id=x&why=1", "why"),
        ("usage=nope&id=x", "usage"),
        ("usage=search&id=x&evidence=some", "evidence"),
        ("usage=search&id=x&as_of=now", "as_of"),
        ("usage=search&id=x&include=all", "include"),
        ("usage=search&id=x&include=records&evidence=none", "include"),
        ("usage=search&id=x&run=" + "r" * 201, "run"),
        ("usage=search&id=x&ref=" + "r" * 201, "ref"),
        ("usage=search" + "&id=x" * 101, "id"),
    ],
)
def test_a_query_that_cannot_be_understood_names_its_parameter(world, query, field):
    path = f"/v1/verify?{query}"
    response = world.http.get(path, headers=world.signed("GET", path))
    assert response.status_code in (400, 422)
    assert response.json()["field"] == field


def test_the_records_behind_an_answer_can_come_with_it(world):
    isrc = world.isrc()
    declared = world.declared(world.work(isrc)["id"])
    answer = world.ask(isrc, path="/v1/verify?include=records")
    assert answer["records"] == {declared["record"]["url"]: declared["record"]["jws"]}


def test_an_answer_as_of_before_a_declaration_does_not_know_it(world):
    isrc = world.isrc()
    work = world.work(isrc)
    before = world.clock.now
    world.clock.now += 10
    world.declared(work["id"])
    answer = world.ask(isrc, as_of=rfc3339(before))
    assert answer["results"][0]["decision"] == "unstated"
    assert answer["valid_until"] is None
    assert answer["as_of"] == rfc3339(before)
    assert world.ask(isrc)["results"][0]["decision"] == "deny"


def test_the_question_and_the_checkpoint_are_in_the_answer(world):
    body = question()
    answer = world.ask_raw(body).json()
    assert answer["question_digest"] == content_digest(body)
    size, root = world.root()
    assert answer["checkpoint"] == {
        "origin": world.settings.origin,
        "size": size,
        "root": b64encode(root).decode(),
    }
    assert world.ask_raw(body).headers["cache-control"] == "no-store"


def test_a_key_that_nobody_registered_is_refused(world):
    response = world.ask_raw(question(), signer=generate())
    assert (response.status_code, response.json()["code"], response.json()["field"]) == (
        401,
        "key-unknown",
        "keyid",
    )
