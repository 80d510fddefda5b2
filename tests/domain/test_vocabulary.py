"""The tokens of vocabulary version 1: a change here is a new version."""

import pytest

from registry.domain.vocabulary import (
    AI_USAGES,
    GROUPS,
    PRESETS,
    SERVICE_USAGES,
    VOCABULARY_VERSION,
    Preference,
    Usage,
    parse_usage,
)
from registry.errors import InvalidDeclaration


def test_version_1_has_nine_categories_in_this_order() -> None:
    assert VOCABULARY_VERSION == "1"
    assert [usage.value for usage in Usage] == [
        "search", "recommendation", "identification", "data-mining", "ai-training",
        "generative-training", "voice-likeness", "ai-input", "ai-index",
    ]  # fmt: skip


def test_no_ai_sweeps_up_six_and_never_what_a_streaming_service_itself_needs() -> None:
    assert len(AI_USAGES) == 6
    assert SERVICE_USAGES.isdisjoint(AI_USAGES)
    assert set(AI_USAGES) | SERVICE_USAGES == set(Usage)
    assert PRESETS["no-ai"] == (Preference.DENY, AI_USAGES)
    assert PRESETS["ask-me-first"] == (Preference.CONDITIONAL, AI_USAGES)


def test_no_generative_ai_is_training_and_voice() -> None:
    assert set(GROUPS["no-generative-ai"]) == {Usage.GENERATIVE_TRAINING, Usage.VOICE_LIKENESS}
    assert PRESETS["no-generative-ai"] == (Preference.DENY, GROUPS["no-generative-ai"])


def test_everything_is_all_nine() -> None:
    assert set(GROUPS["everything"]) == set(PRESETS["everything"][1]) == set(Usage)


def test_no_preset_permits_anything() -> None:
    assert all(preference is not Preference.ALLOW for preference, _ in PRESETS.values())


@pytest.mark.parametrize("usage", list(Usage))
def test_a_token_is_read_as_its_category(usage: Usage) -> None:
    assert parse_usage(usage.value) is usage


@pytest.mark.parametrize("token", ["", "AI-Training", "ai_training", "no-ai", "train-ai"])
def test_an_unknown_token_is_refused_with_the_field_and_what_is_known(token: str) -> None:
    with pytest.raises(InvalidDeclaration, match="generative-training") as refused:
        parse_usage(token, field="preferences.x")
    assert (refused.value.field, refused.value.code) == ("preferences.x", "unknown-usage")
