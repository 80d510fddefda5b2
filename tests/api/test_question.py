"""Reading questions: the quick reader and the schema agree on everything."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.api.json_bodies import read_json
from registry.api.question import _by_the_schema, _read_plainly, read_question
from registry.domain.vocabulary import Usage
from registry.errors import RegistryError

texts = st.text(max_size=12) | st.sampled_from(
    ["isrc:USRC17607839", "https://a.example/x", 'a"b', "a\\b"]
)
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
items = st.fixed_dictionaries(
    {"identifiers": st.lists(texts, max_size=3) | anything}, optional={"ref": texts | anything}
)
questions = st.fixed_dictionaries(
    {
        "usage": st.sampled_from([*Usage]) | texts,
        "items": st.lists(items | anything, max_size=3) | anything,
    },
    optional={
        "as_of": st.just("2026-01-01T00:00:00Z") | anything,
        "run": texts | anything,
        "extra": anything,
    },
)


def what_is_read(read):
    try:
        question = read()
    except RegistryError as error:
        return type(error), error.code, error.field
    return (
        question.usage,
        [(list(item.identifiers), item.ref) for item in question.items],
        question.as_of,
        question.run,
        {index: error.field for index, error in question.unreadable.items()},
    )


@given(questions | anything)
@settings(max_examples=300)
def test_the_quick_reader_never_decides_anything_else_than_the_schema(value):
    body = json.dumps(value, ensure_ascii=False).encode()
    assert what_is_read(lambda: read_question(body)) == what_is_read(
        lambda: _by_the_schema(read_json(body))
    )


def test_a_plain_question_is_read_quickly():
    items = b'[{"identifiers": ["a", "b"], "ref": "x"}, {"identifiers": [""]}]'
    body = b'{"usage": "search", "run": "r", "items": ' + items + b"}"
    assert _read_plainly(body) is not None


@pytest.mark.parametrize(
    "body",
    [b'{"usage":"search","usage":"search","items":[{"identifiers":["a"]}]}',
     b'{"usage":"search","items":[{"identifiers":["a"],"identifiers":["a"]}]}',
     b'{"usage":"search","items":[{"identifiers":["a"],"ref":"x","ref":"x"}]}',
     b'{"usage":"search","items":[],"items":[{"identifiers":["a"]}]}',
     b'{"usage":"search","run":"a","run":"b","items":[{"identifiers":["a"]}]}',
     b'{"usage":"search","items":[{"identifiers":["a"]}],"as_of":"x","as_of":"x"}'],
)  # fmt: skip
def test_a_member_given_twice_is_never_read_quickly(body):
    assert _read_plainly(body) is None
    with pytest.raises(RegistryError):
        read_question(body)
