"""The sandbox shows each decision for every use, by the registry's own rules."""

import pytest

from registry.domain.identifiers import parse_identifier
from registry.domain.matching import Question
from registry.domain.resolution import resolve
from registry.domain.sandbox import (
    SandboxFacts,
    is_known,
    known_to_the_sandbox,
    sandbox_identifiers,
)
from registry.domain.vocabulary import Decision, Usage
from tests.registries import START


@pytest.mark.parametrize("decision", Decision)
def test_each_decision_is_to_be_seen_for_every_use_by_address_and_by_digest(
    decision: Decision,
) -> None:
    for text in sandbox_identifiers(decision):
        for usage in Usage:
            asked = Question((parse_identifier(text),), usage, "anybody", START)
            assert resolve(asked, SandboxFacts()).decision is decision, (text, usage)


def test_its_identifiers_are_all_different_and_it_knows_no_others() -> None:
    assert len(known_to_the_sandbox()) == 2 * len(Decision)
    assert is_known([parse_identifier("https://sandbox.example/deny")])
    assert not is_known([parse_identifier("https://sandbox.example/other")])
    assert not is_known([parse_identifier("isrc:GBAYE0601498")])
