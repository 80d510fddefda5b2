"""The query of a question: options, and what a GET asks."""

import pytest

from registry.api.question_query import Options, options_of, question_of
from registry.domain.vocabulary import Usage
from registry.errors import InvalidInput


def test_options_are_what_the_query_says_and_otherwise_evidence_alone() -> None:
    assert options_of("", receipt=False) == Options(evidence=True)
    assert options_of("evidence=none", receipt=True) == Options(evidence=False, receipt=True)
    assert options_of("include=records", receipt=False) == Options(records=True)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("evidence=some", "evidence"),
        ("evidence=full&evidence=full", "evidence"),
        ("include=all", "include"),
        ("include=records&evidence=none", "include"),
        ("why=1", "why"),
    ],
)
def test_a_query_that_says_something_else_is_refused_by_name(query: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        options_of(query, receipt=False)
    assert refused.value.field == field


def test_a_get_asks_about_one_asset() -> None:
    question, options = question_of("usage=search&id=isrc:x&id=isrc:y&ref=r&evidence=none", False)
    assert question.usage is Usage.SEARCH
    assert [(item.identifiers, item.ref) for item in question.items] == [
        (("isrc:x", "isrc:y"), "r")
    ]
    assert options == Options(evidence=False)
    with pytest.raises(InvalidInput) as refused:
        question_of("usage=search", False)
    assert refused.value.field == "id"
