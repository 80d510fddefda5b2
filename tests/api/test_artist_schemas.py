"""What artists send: strict kinds, and errors at the place where they are."""

import pytest
from marshmallow import ValidationError

from registry.api.artist_schemas import NewDeclarationSchema, NewLocationSchema, NewWorkSchema
from registry.domain.declaration import Choice
from registry.domain.events import Conditions
from registry.domain.vocabulary import Preference

WORK = {"title": "T", "kind": "recording", "role": "recording", "identifiers": ["isrc:x"]}


def test_a_preference_stands_alone_or_with_its_conditions():
    loaded = NewDeclarationSchema().load(
        {
            "subject": {"catalogue": True},
            "preferences": {
                "search": "allow",
                "ai-input": {"preference": "conditional", "contact": "mailto:a@x.example"},
            },
        }
    )
    assert loaded["preferences"] == {
        "search": Choice(Preference.ALLOW),
        "ai-input": Choice(Preference.CONDITIONAL, Conditions(contact="mailto:a@x.example")),
    }


@pytest.mark.parametrize(
    "value",
    [5, [], {}, {"preference": 5}, {"preference": []}, {"preference": "deny", "price": 5}, None],
)
def test_what_is_no_preference_is_refused_at_its_category(value):
    with pytest.raises(ValidationError) as refused:
        NewDeclarationSchema().load({"subject": {}, "preferences": {"search": value}})
    assert list(refused.value.messages["preferences"]) == ["search"]


@pytest.mark.parametrize("value", [0, 1, "yes", "true", None])
def test_yes_is_true_and_nothing_like_it(value):
    with pytest.raises(ValidationError):
        NewLocationSchema().load({"url": "https://x.example/", "sole": value})


@pytest.mark.parametrize(
    ("value", "expected"), [("mine", "mine"), ("none", "none"), (["a"], ("a",)), ([], ())]
)
def test_what_is_inside_is_listed_or_said_in_a_word(value, expected):
    assert NewWorkSchema().load({**WORK, "embodies": value})["embodies"] == expected


@pytest.mark.parametrize("value", ["all", 5, [5], ["x"] * 65, {}])
def test_anything_else_inside_is_refused(value):
    with pytest.raises(ValidationError):
        NewWorkSchema().load({**WORK, "embodies": value})
