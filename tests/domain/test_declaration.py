"""From a wish to statements: presets expanded, the named preferences win, contradictions named."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.declaration import Choice, Wish, statements
from registry.domain.events import Conditions
from registry.domain.vocabulary import AI_USAGES, PRESETS, Preference, Usage
from registry.errors import InvalidDeclaration

NOW = 1_800_000_000_000
ALLOW, DENY, CONDITIONAL = (Choice(each) for each in Preference)
CONTACT = Conditions(contact="mailto:me@artist.com")
ASK = Choice(Preference.CONDITIONAL, CONTACT)


def said(wish: Wish) -> dict[str, str]:
    return {each.usage.value: each.preference.value for each in statements(wish, NOW)}


@pytest.mark.parametrize("preset", ["no-ai", "no-generative-ai", "everything"])
def test_a_preset_denies_each_of_its_categories(preset: str) -> None:
    assert said(Wish(preset=preset)) == dict.fromkeys(map(str, PRESETS[preset][1]), "deny")


def test_ask_me_first_puts_the_contact_to_each_category() -> None:
    made = statements(Wish(preset="ask-me-first", conditions=CONTACT), NOW)
    assert [each.usage for each in made] == list(AI_USAGES)
    assert {(each.preference, each.conditions) for each in made} == {
        (Preference.CONDITIONAL, CONTACT)
    }


def test_a_preference_that_is_named_wins_over_the_preset() -> None:
    wish = Wish(preset="no-ai", preferences={"ai-index": ALLOW, "search": ALLOW})
    assert said(wish) == {
        **dict.fromkeys(map(str, AI_USAGES), "deny"),
        "ai-index": "allow",
        "search": "allow",
    }


def test_statements_come_in_the_order_of_the_vocabulary() -> None:
    wish = Wish(preferences={"ai-index": DENY, "search": ALLOW, "ai-training": DENY})
    assert [each.usage for each in statements(wish, NOW)] == [
        Usage.SEARCH,
        Usage.AI_TRAINING,
        Usage.AI_INDEX,
    ]


@pytest.mark.parametrize(
    ("asked", "starts"), [(None, NOW), (NOW - 1, NOW), (0, NOW), (NOW + 7, NOW + 7)]
)
def test_what_begins_before_it_was_said_begins_when_it_was_said(
    asked: int | None, starts: int
) -> None:
    (made,) = statements(Wish(preferences={"search": DENY}, valid_from=asked), NOW)
    assert (made.valid_from, made.valid_until, made.takes_effect_at) == (starts, None, None)


@pytest.mark.parametrize(
    ("start", "end"), [(None, NOW), (None, NOW - 1), (NOW + 5, NOW + 5), (NOW + 5, NOW + 1)]
)
def test_a_window_that_is_empty_is_refused(start: int | None, end: int) -> None:
    wish = Wish(preferences={"search": DENY}, valid_from=start, valid_until=end)
    with pytest.raises(InvalidDeclaration) as refused:
        statements(wish, NOW)
    assert (refused.value.field, refused.value.code) == ("valid_until", "empty-window")


@pytest.mark.parametrize(
    ("wish", "field", "code"),
    [
        (Wish(), "preferences", "nothing-stated"),
        (Wish(preset="no-robots"), "preset", "unknown-preset"),
        (Wish(preset=""), "preset", "unknown-preset"),
        (Wish(preferences={"training": DENY}), "preferences.training", "unknown-usage"),
        (Wish(preset="ask-me-first"), "conditions.contact", "contact-missing"),
        (
            Wish(preset="ask-me-first", conditions=Conditions(credit="me")),
            "conditions.contact",
            "contact-missing",
        ),
        (
            Wish(preset="ask-me-first", conditions=Conditions(contact=" ")),
            "conditions.contact",
            "bad-text",
        ),
        (
            Wish(preset="ask-me-first", conditions=Conditions(contact="me", licence="mine")),
            "conditions.licence",
            "not-a-link",
        ),
        (
            Wish(preset="no-ai", conditions=CONTACT),
            "conditions",
            "conditions-without-conditional",
        ),
        (
            Wish(preferences={"search": DENY}, conditions=CONTACT),
            "conditions",
            "conditions-without-conditional",
        ),
        (
            Wish(preferences={"search": Choice(Preference.ALLOW, CONTACT)}),
            "preferences.search",
            "conditions-without-conditional",
        ),
        (
            Wish(preferences={"search": CONDITIONAL}),
            "preferences.search",
            "conditions-missing",
        ),
        (
            Wish(preferences={"search": Choice(Preference.CONDITIONAL, Conditions())}),
            "preferences.search",
            "conditions-missing",
        ),
        (
            Wish(
                preferences={
                    "search": Choice(
                        Preference.CONDITIONAL, Conditions(licence="javascript:alert(1)")
                    )
                }
            ),
            "preferences.search.licence",
            "not-a-link",
        ),
        (
            Wish(preferences={"search": Choice(Preference.CONDITIONAL, Conditions(price="1\n2"))}),
            "preferences.search.price",
            "bad-text",
        ),
        (
            Wish(
                preferences={"search": Choice(Preference.CONDITIONAL, Conditions(credit="x" * 501))}
            ),
            "preferences.search.credit",
            "bad-text",
        ),
    ],
)
def test_a_contradiction_is_refused_and_its_field_named(wish: Wish, field: str, code: str) -> None:
    with pytest.raises(InvalidDeclaration) as refused:
        statements(wish, NOW)
    assert (refused.value.field, refused.value.code) == (field, code)


@given(
    st.dictionaries(
        st.sampled_from([usage.value for usage in Usage]), st.sampled_from([ALLOW, DENY, ASK])
    ),
    st.sampled_from([None, "no-ai", "no-generative-ai", "everything"]),
)
def test_every_category_is_stated_once_or_not_at_all(
    preferences: dict[str, Any], preset: str | None
) -> None:
    wish = Wish(preset=preset, preferences=preferences)
    if not preferences and preset is None:
        with pytest.raises(InvalidDeclaration):
            statements(wish, NOW)
        return
    made = statements(wish, NOW)
    stated = [each.usage.value for each in made]
    assert len(stated) == len(set(stated))
    assert set(stated) == set(preferences) | set(map(str, PRESETS[preset][1] if preset else ()))
    for each in made:
        assert (each.conditions is not None) == (each.preference is Preference.CONDITIONAL)
