"""The page shows what the rules have computed, not what somebody wrote down."""

import re

import pytest

from registry.domain.resolution import Answer
from registry.domain.vocabulary import Decision
from registry.web import how_page
from registry.web.examples import EXAMPLES
from tests.web.conftest import Browser
from tests.web.on_sqlite import database_url  # noqa: F401


def test_every_question_has_the_sign_of_its_answer(browser: Browser) -> None:
    page, data = browser.page("/how"), browser.data("/how")
    decisions = [
        question["decision"] for example in data["examples"] for question in example["questions"]
    ]
    signs = re.findall(r'href="#glyph-([a-z]+)"', page)
    assert signs == [each for each in decisions if each != "error"]
    assert set(decisions) == {"allow", "conditional", "deny", "unstated", "unregistered", "error"}
    assert page.count('id="example-') == len(EXAMPLES)


def test_other_rules_would_show_other_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        how_page, "resolve", lambda *_: Answer(Decision.UNSTATED, ("pending",), False, (), 0)
    )
    found = how_page.answered.__wrapped__("4")
    assert found["questions"][0]["decision"] == "unstated"
    assert found["questions"][0]["reasons"] == ["pending"]


def test_the_examples_are_told_in_german_too(browser: Browser) -> None:
    page = browser.page("/how", **{"Accept-Language": "de"})
    assert "Wie Antworten entstehen" in page
    assert "R1 sagt nein für ein Werk, nur mit seinem Wort." in page
