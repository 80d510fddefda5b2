"""Declarations become signed records with receipts to check; contradictions are refused by field."""

import pytest

from registry.client.verify import verify_receipt


def log_key(world):
    return world.http.get("/.well-known/consent-registry").json()["log"]["vkey"]


def test_a_declaration_comes_back_as_a_record_with_a_receipt_that_holds_offline(world):
    declared = world.declared(world.work()["id"])
    assert declared["takes_effect_at"] is None
    assert declared["needs_confirmation"] is False
    logged = verify_receipt(
        declared["record"]["jws"],
        declared["receipt"]["tlog_proof"],
        world.published(),
        log_key(world),
    )
    assert logged.index == declared["receipt"]["index"]


def test_a_permission_by_token_waits_and_has_to_be_confirmed(world):
    isrc = world.isrc()
    declared = world.declared(world.work(isrc)["id"], preferences={"search": "allow"})
    assert declared["takes_effect_at"] is not None
    assert declared["needs_confirmation"] is True
    assert world.ask(isrc, usage="search")["results"][0]["permitted"] is False


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"preferences": {"ai-everything": "deny"}}, "preferences.ai-everything"),
        ({"preferences": {"ai-input": "maybe"}}, "preferences.ai-input"),
        (
            {"preferences": {"ai-input": {"preference": "allow", "licence": "https://x.example/"}}},
            "preferences.ai-input",
        ),
        (
            {"preferences": {"ai-input": {"preference": "deny", "contact": "mailto:a@x.example"}}},
            "preferences.ai-input",
        ),
        ({"preferences": {"ai-input": "conditional"}}, "preferences.ai-input"),
        (
            {"preferences": {"ai-input": {"preference": "conditional", "licence": "x"}}},
            "preferences.ai-input.licence",
        ),
        (
            {"preferences": {"ai-input": {"preference": "conditional", "price": 5}}},
            "preferences.ai-input.price",
        ),
        (
            {"preferences": {"ai-input": {"preference": "deny", "why": "x"}}},
            "preferences.ai-input.why",
        ),
        ({"preferences": {}}, "preferences"),
        ({"preset": "no-fun"}, "preset"),
        ({"preset": "ask-me-first"}, "conditions.contact"),
        ({"preset": "no-ai", "grantee": "nobody"}, "grantee"),
        ({"preset": "no-ai", "valid_from": "soon"}, "valid_from"),
        ({"preset": "no-ai", "valid_until": "2001-01-01T00:00:00Z"}, "valid_until"),
        ({"preset": "no-ai", "subject": {}}, "subject"),
        ({"preset": "no-ai", "subject": {"catalogue": False}}, "subject"),
        ({"preset": "no-ai", "subject": {"catalogue": True, "work": "x"}}, "subject"),
        ({"preset": "no-ai", "subject": {"work": "x"}}, "subject.work"),
        ({"preset": "no-ai", "subject": {"song": "x"}}, "subject.song"),
    ],
)
def test_a_contradiction_is_refused_by_field(world, change, field):
    body = {"subject": {"catalogue": True}, **change}
    response = world.call("POST", "/v1/declarations", body)
    assert 400 <= response.status_code < 500
    assert response.json()["field"] == field


def test_conditions_are_kept_and_shown(world):
    isrc = world.isrc()
    asked = {"preference": "conditional", "licence": "https://l.example/", "credit": "Ada"}
    world.declared(world.work(isrc)["id"], preferences={"ai-input": asked})
    evidence = world.ask(isrc, usage="ai-input")["results"][0]["evidence"][0]
    assert evidence["conditions"] == [
        {"type": "licence", "value": "https://l.example/"},
        {"type": "credit", "value": "Ada"},
    ]


def test_one_declares_only_on_what_one_claims(world):
    work = world.work(token=world.other_token)
    body = {"subject": {"work": work["id"]}, "preset": "no-ai"}
    assert world.call("POST", "/v1/declarations", body).status_code == 403


def test_a_declaration_is_withdrawn_once_and_by_whoever_made_it(world):
    declared = world.declared(world.work()["id"])
    path = f"/v1/declarations/{declared['id']}/withdraw"
    assert world.call("POST", path, token=world.other_token).status_code == 403
    withdrawn = world.call("POST", path)
    assert (withdrawn.status_code, withdrawn.json()["needs_confirmation"]) == (200, True)
    assert verify_receipt(
        withdrawn.json()["record"]["jws"],
        withdrawn.json()["receipt"]["tlog_proof"],
        world.published(),
        log_key(world),
    )
    assert world.call("POST", path).json()["code"] == "withdrawn-already"
    assert world.call("POST", "/v1/declarations/nothing/withdraw").status_code == 404


def test_ones_own_declarations_are_listed_with_those_on_the_catalogue_first(world):
    body = {"subject": {"catalogue": True}, "preset": "no-ai"}
    on_all = world.call("POST", "/v1/declarations", body, token=world.other_token).json()
    work = world.work(token=world.other_token)
    body = {"subject": {"work": work["id"]}, "preset": "everything", "grantee": world.platform}
    on_work = world.call("POST", "/v1/declarations", body, token=world.other_token).json()
    listed = world.call("GET", "/v1/declarations", token=world.other_token).json()["declarations"]
    assert [each["id"] for each in listed] == [on_all["id"], on_work["id"]]
    assert listed[1]["subject"] == {"work": work["id"]}
    assert listed[1]["grantee"] == world.platform
