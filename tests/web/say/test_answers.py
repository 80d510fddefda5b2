"""Answers as data: the first that is missing, what they come to, and when a date may stand."""

import pytest

from registry.domain.vocabulary import Preference
from registry.errors import InvalidDeclaration
from registry.web.say.answers import SayAnswers, last_moment

NOW = 1_790_000_000_000


def test_the_first_question_without_an_answer_is_named() -> None:
    assert SayAnswers().missing() == "what"
    assert SayAnswers(preset="each").missing() == "uses"
    assert SayAnswers(preset="no-ai").missing() == "whom"
    assert SayAnswers(preset="no-ai", whom="everybody").missing() is None
    asked = SayAnswers(preset="ask-me-first", whom="everybody")
    assert asked.missing() == "terms"
    assert asked.wrong(NOW) == ("contact", "contact")


def test_they_come_to_a_declaration_with_conditions_and_an_end() -> None:
    uses = {"ai-training": "conditional", "search": "allow"}
    answers = SayAnswers("each", uses, credit="Ada", price="5 €", until="2026-12-31", whom="p")
    word = SayAnswers.of_kept({**answers.kept(), "newer": 1}).word()
    assert word.grantee == "p"
    assert word.wish is not None
    assert word.wish.valid_until == last_moment("2026-12-31") == 1_798_761_600_000
    asked = word.wish.preferences["ai-training"]
    assert asked.conditions is not None
    assert (asked.preference, asked.conditions.price) == (Preference.CONDITIONAL, "5 €")
    assert word.wish.preferences["search"].conditions is None


def test_a_date_that_would_end_a_no_does_not_count() -> None:
    mixed = SayAnswers("each", {"search": "allow", "ai-input": "deny"}, until="2026-12-31")
    assert mixed.wish().valid_until is None
    assert not SayAnswers(preset="no-ai").may_end()


@pytest.mark.parametrize("day", ["31.12.2026", "2026-02-30", "9999-12-31", "tomorrow"])
def test_what_is_no_day_is_refused(day: str) -> None:
    with pytest.raises(InvalidDeclaration):
        last_moment(day)
