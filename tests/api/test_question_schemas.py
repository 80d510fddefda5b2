"""The schemas of a question and its answer; `served.Served` holds every answer in all tests against them."""

import pytest
from marshmallow import ValidationError

from registry.api.question_schemas import ITEM, QUESTION, AnswerSchema


def test_the_example_of_the_documentation_is_a_question():
    asked = {
        "usage": "generative-training",
        "items": [
            {"ref": "row-17", "identifiers": ["isrc:GBAYE0601498", "https://music.example/a/x"]},
            {"identifiers": ["sha256:9f86d0"]},
        ],
        "as_of": "2026-11-01T00:00:00Z",
        "run": "corpus-build-42",
    }
    assert QUESTION.load(asked) == asked


@pytest.mark.parametrize(
    "change", [{"identifiers": ["x" * 8193]}, {"ref": "r" * 201}, {"other": 1}]
)
def test_an_item_over_a_limit_is_none(change):
    with pytest.raises(ValidationError):
        ITEM.load({"identifiers": ["isrc:x"], **change})


def test_an_answer_has_nothing_that_the_schema_does_not_name(world):
    isrc = world.isrc()
    world.declared(world.work(isrc)["id"])
    path = "/v1/verify?include=records"
    answer = world.ask(isrc, "isrc:broken", path=path, run="r", as_of="2026-01-01T00:00:00Z")
    AnswerSchema().load(answer)
    AnswerSchema().load(world.ask(isrc, path=path))
