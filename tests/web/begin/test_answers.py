"""What was answered says what is missing, and becomes what is registered."""

import pytest

from registry.domain.vocabulary import PRESETS, Preference, Role, Usage
from registry.web.begin import said
from registry.web.begin.answers import OFFERED, PARTS, Answers

DONE = Answers(name="Ada", parts=("recorded",), preset="no-ai", works="GB-AYE-06-01498")


def test_the_first_open_question_is_named() -> None:
    assert Answers().missing() == "who"
    assert Answers(name="Ada", parts=("wrote",)).missing() == "say"
    assert Answers(name="Ada", parts=("wrote",), preset="ask-me-first").missing() == "say"
    assert (
        Answers(name="Ada", parts=("wrote",), preset="each", uses={"search": ""}).missing()
        == "uses"
    )
    assert Answers(name="Ada", parts=("wrote",), preset="no-ai").missing() == "works"
    assert DONE.missing() is None


def test_answers_survive_being_kept_also_by_another_version() -> None:
    assert Answers.of({**DONE.kept(), "of_a_newer_version": 1}) == DONE
    assert Answers.of({"parts": ["wrote"]}).parts == ("wrote",)


@pytest.mark.parametrize("preset", OFFERED)
def test_what_is_shown_of_a_preset_is_what_it_says(preset: str) -> None:
    preference, usages = PRESETS[preset]
    shown = Answers(preset=preset).said()
    assert shown == {each.value: preference.value if each in usages else "" for each in Usage}
    assert Answers(preset=preset).permits() == (preference is not Preference.DENY)
    assert preset in said.PRESETS


@pytest.mark.parametrize(
    ("text", "parts", "kind", "roles"),
    [
        ("GB-AYE-06-01498", ("recorded", "perform"), "recording", (Role.RECORDING, Role.PERFORMANCE)),
        ("GB-AYE-06-01498", ("wrote",), "recording", (Role.COMPOSITION,)),
        ("T-034.524.680-1", ("recorded", "wrote"), "composition", (Role.COMPOSITION,)),
        ("T-034.524.680-1, GB-AYE-06-01498", ("recorded",), "recording", (Role.RECORDING,)),
        ("https://ada.example/x", ("wrote",), "composition", (Role.COMPOSITION,)),
        ("https://ada.example/x", ("other",), "recording", (Role.OTHER,)),
        ("978-0-14-103614-4", ("wrote",), "text", (Role.OTHER,)),
    ],
)  # fmt: skip
def test_kind_and_rights_follow_from_the_identifiers_and_what_somebody_is_to_the_works(
    text: str, parts: tuple[str, ...], kind: str, roles: tuple[Role, ...]
) -> None:
    (work,) = Answers(name="Ada", parts=parts, preset="no-ai", works=text).beginning(None).works
    assert (work.kind.value, work.roles) == (kind, roles)


def test_conditions_go_with_the_uses_that_are_conditional() -> None:
    answers = Answers(
        preset="each", uses={"search": "allow", "ai-index": "conditional"}, credit="Ada"
    )
    wish = answers.wish()
    assert wish.preferences["search"].conditions is None
    conditions = wish.preferences["ai-index"].conditions
    assert conditions is not None
    assert conditions.credit == "Ada"


def test_every_part_that_can_be_chosen_has_its_words() -> None:
    assert tuple(said.PARTS) == PARTS
