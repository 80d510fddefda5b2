"""Answers as JSON; the whole of it over HTTP is in test_questions."""

from registry.api.present_answer import present_conditions
from registry.domain.events import Conditions


def test_conditions_come_in_a_fixed_order_and_only_those_that_are_stated():
    assert present_conditions(None) == []
    assert present_conditions(Conditions(price="9", licence="https://l.example/")) == [
        {"type": "licence", "value": "https://l.example/"},
        {"type": "price", "value": "9"},
    ]


def test_an_item_without_a_reference_is_answered_without_one(world):
    results = world.ask(
        {"identifiers": ["isrc:USRC17607839"]}, {"identifiers": ["isrc:USRC17607839"], "ref": ""}
    )
    first, second = results["results"]
    assert "ref" not in first
    assert second["ref"] == ""


def test_one_record_behind_many_items_is_embedded_once(world):
    isrc = world.isrc()
    declared = world.declared(world.work(isrc, "https://m.example/once")["id"])
    answer = world.ask(isrc, isrc, "https://m.example/once", path="/v1/verify?include=records")
    assert list(answer["records"]) == [declared["record"]["url"]]
