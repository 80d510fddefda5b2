"""One file a language, shared by pages and mails."""

from registry.languages import SOURCE, catalogue, languages


def test_english_comes_first_and_needs_no_file() -> None:
    assert languages()[0] == SOURCE == "en"
    assert catalogue(SOURCE).gettext("Sign in") == "Sign in"


def test_a_language_is_compiled_in_memory_and_once() -> None:
    assert catalogue("de").gettext("Sign in") == "Anmelden"
    assert catalogue("de") is catalogue("de")
