"""Every token that the rules can give has its words, and no reason can come without a sentence."""

import ast
import re

import pytest
from flask import Flask
from flask_babel import Babel

from registry.domain.vocabulary import GROUPS, PRESETS, Assurance, Decision, Preference, Usage
from registry.signing.keys import KeyPurpose
from registry.web import words
from registry.web.pasted import SAMPLES
from tests.house.tree import ROOT, listed

SPEAK_OF_IDENTIFIERS = {
    "identifiers", "identifier_codes", "identifier_digests", "urls", "wide_form", "hosts", "locations",
}  # fmt: skip
NO_REASONS = {"not-settled", *Usage, *GROUPS, *PRESETS, "unknown-usage"}
TOKEN = re.compile(r"[a-z]+(-[a-z]+)*")


def modules_of_the_rules() -> set[str]:
    """What `domain/resolution.py` is made of, without the forms of identifiers."""
    found: set[str] = set()
    waiting = {"resolution"}
    while waiting:
        name = waiting.pop()
        found.add(name)
        text = (ROOT / "registry" / "domain" / f"{name}.py").read_text(encoding="utf-8")
        imported = set(re.findall(r"^from registry\.domain\.(\w+) import", text, re.MULTILINE))
        waiting |= imported - found - SPEAK_OF_IDENTIFIERS
    return found


def tokens_of_the_rules() -> set[str]:
    """Every word in the code of the rules that could be a reason."""
    paths = [ROOT / "registry" / "services" / "answer.py"]
    paths += [ROOT / "registry" / "domain" / f"{name}.py" for name in modules_of_the_rules()]
    found: set[str] = set()
    for path in paths:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return {each for each in found if TOKEN.fullmatch(each)}


def named_as_reasons() -> set[str]:
    """What docs/answering.md calls a reason, in backticks with a hyphen or after the word."""
    text = (ROOT / "docs" / "answering.md").read_text(encoding="utf-8")
    return set(re.findall(r"[Rr]easons? (?:`([a-z-]+)`)", text)) | set(
        re.findall(r"\(`([a-z]+(?:-[a-z]+)+)`\)", text)
    )


def test_every_reason_that_the_rules_can_give_has_its_sentence() -> None:
    said = tokens_of_the_rules()
    hyphenated = {each for each in said if "-" in each} - NO_REASONS
    assert len(hyphenated) >= 6
    without = hyphenated - set(words.REASONS)
    assert not without, listed(sorted(without))
    single = {each for each in ("unproven", "disputed", "pending", "objected") if each in said}
    assert single == {"unproven", "disputed", "pending", "objected"} & set(words.REASONS)
    assert named_as_reasons() - NO_REASONS <= set(words.REASONS)


def test_every_other_token_has_its_words() -> None:
    assert set(words.DECISIONS) == {*Decision, "error"} == set(words.MEANINGS)
    assert set(words.USES) == set(words.IN_A_SENTENCE) == set(words.ABOUT_USES) == set(Usage)
    assert set(words.ASSURANCES) == set(Assurance)
    assert set(words.PURPOSES) == set(KeyPurpose)
    assert set(Preference) <= set(words.DECISIONS)
    assert set(words.SCHEMES) == set(SAMPLES)
    assert set(words.HOW_MANY_USES) == set(range(3, len(Usage) + 1))


def test_no_two_decisions_and_no_two_reasons_say_the_same() -> None:
    app = Flask("words")
    Babel(app)
    with app.test_request_context():
        for table in (words.DECISIONS, words.MEANINGS, words.REASONS, words.USES, words.STATES):
            said = [str(each) for each in table.values()]
            assert len(set(said)) == len(said)


def test_an_unknown_token_is_shown_rather_than_nothing() -> None:
    assert words.word(words.REASONS, "never-heard-of") == "never-heard-of"


@pytest.mark.parametrize(
    ("language", "names", "said"),
    [
        ("de", ["a", "b", "c"], "a, b und c"),
        ("fr", ["a", "b", "c"], "a, b et c"),
        ("es", ["a", "b", "c"], "a, b y c"),
        ("es", ["buscar", "identificar"], "buscar e identificar"),
        ("es", ["a", "b", "Hijos"], "a, b e Hijos"),
        ("es", ["a", "hielo"], "a y hielo"),
        ("es", ["identificar"], "identificar"),
        ("es", [], ""),
    ],
)
def test_a_list_is_written_as_the_language_writes_it(
    language: str, names: list[str], said: str
) -> None:
    app = Flask("words")
    Babel(app, locale_selector=lambda: language)
    with app.test_request_context():
        assert words.listed(names) == said


def test_many_uses_are_counted_and_few_are_named() -> None:
    app = Flask("words")
    Babel(app)
    with app.test_request_context():
        assert words.uses_in_short(["search"]) == "search"
        assert words.uses_in_short(["search", "ai-index"]) == "search and AI index"
        assert words.uses_in_short([*Usage][:6]) == "six uses"
        assert words.uses_in_short([*Usage]) == "all nine uses"
