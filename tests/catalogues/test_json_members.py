"""An object with a member twice says nothing for sure."""

import json

import pytest

from registry.catalogues.json_members import why_ambiguous


@pytest.mark.parametrize("text", ['{"a":1}', '{"a":":","b":[{"c":1},{"c":2}]}', "{}", '["a:b"]'])
def test_what_has_each_member_once_is_sure(text):
    assert why_ambiguous(text.encode(), json.loads(text)) is None


@pytest.mark.parametrize("text", ['{"a":1,"a":2}', '{"b":{"a":1,"\\u0061":1}}', '[{"a":1,"a":1}]'])
def test_a_member_given_twice_anywhere_is_named(text):
    assert "'a' is given twice" in str(why_ambiguous(text.encode(), json.loads(text)))


def test_what_only_a_lenient_reader_takes_is_no_json():
    assert why_ambiguous(b'{"a":[1:]}', {"a": [1]}) == "no JSON"
