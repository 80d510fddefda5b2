"""Errors of the schemas become fields as a caller would write them."""

import pytest
from marshmallow import ValidationError

from registry.api.blueprint import invalid_members, require_json
from registry.errors import InvalidInput


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ({"title": ["Missing."]}, [("title", "Missing.")]),
        ({"json": {"title": ["Missing."]}}, [("title", "Missing.")]),
        ({"items": {3: {"identifiers": {0: ["Bad."]}}}}, [("items[3].identifiers[0]", "Bad.")]),
        ({"_schema": ["Not an object."]}, [("", "Not an object.")]),
        ({"a": {"_schema": ["X."]}, "b": ["Y.", "Z."]}, [("a", "X."), ("b", "Y."), ("b", "Z.")]),
    ],
)
def test_nested_messages_become_flat_fields(messages, expected):
    assert invalid_members(ValidationError(messages)).errors == expected


def test_the_first_error_leads_and_a_field_of_nothing_is_none():
    assert invalid_members(ValidationError({"_schema": ["X."]})).field is None
    assert invalid_members(ValidationError({"a": ["X."]})).field == "a"


def test_only_json_is_json():
    require_json("application/json")
    for other in ("text/plain", "application/x-www-form-urlencoded", ""):
        with pytest.raises(InvalidInput) as refused:
            require_json(other)
        assert refused.value.code == "unsupported-media-type"
