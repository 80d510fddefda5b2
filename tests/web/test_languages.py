"""Every language is whole, chosen without script, and remembered only when somebody chose."""

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from registry.languages import FOLDER, SOURCE, languages
from tests.house.tree import ROOT, listed
from tests.web.conftest import Browser
from tests.web.on_sqlite import database_url  # noqa: F401

METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
OTHERS = [code for code in languages() if code != SOURCE]


def sentences() -> set[str]:
    """Everything in the room that is said to people, as the code has it."""
    return {
        form
        for room in ("web", "mail")
        for _, _, message, _, _ in extract_from_dir(
            ROOT / "registry" / room,
            METHODS,
            {"**/templates/**.html": {"silent": "false"}},
            keywords={"_": None, "_l": None, "ngettext": (1, 2)},
        )
        for form in forms(message)
    }


def forms(message: str | tuple[str, ...]) -> tuple[str, ...]:
    """A sentence, or those for one and for many."""
    return (message,) if isinstance(message, str) else tuple(message)


def catalogue_of(code: str) -> Catalog:
    with (FOLDER / f"{code}.po").open("rb") as text:
        return read_po(text, locale=code)


def messages(code: str) -> Iterator[tuple[str, str, bool]]:
    for each in catalogue_of(code):
        if each.id:
            for id, text in zip(forms(each.id), forms(each.string), strict=True):
                yield id, text, each.fuzzy


def test_german_is_there() -> None:
    assert "de" in languages()
    assert languages()[0] == "en"


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_says_everything_and_nothing_that_is_said_no_more(code: str) -> None:
    written = {id for id, text, fuzzy in messages(code) if text and not fuzzy}
    assert len(sentences()) > 200
    assert not sentences() - written, listed(sorted(sentences() - written))
    assert not written - sentences(), listed(sorted(written - sentences()))


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_keeps_what_is_filled_in_and_the_emphasis(code: str) -> None:
    for id, text, _ in messages(code):
        for piece in ("%(", "<strong>", "</strong>", "<a ", "</a>"):
            assert text.count(piece) == id.count(piece), id
    assert not list(catalogue_of(code).check())


def test_french_sets_its_signs_apart_by_narrow_spaces_that_do_not_break() -> None:
    for _, text, _ in messages("fr"):
        bare = re.sub(r"<[^>]*>|%\(\w+\)s", "x", text).replace("du ? ", "")
        assert "'" not in bare, text
        assert not re.search(r"[ \u00a0][;:?!»]|«[^\u202f]|\w[;?!»]|\w:(?!//)", bare), text


def test_spanish_opens_its_questions_and_sets_its_own_quotation_marks() -> None:
    for _, text, _ in messages("es"):
        spoken = re.sub(r"<[^>]*>", "", text)
        assert spoken.count("¿") == len(re.findall(r"\?(?! o #)", spoken)), text
        assert spoken.count("¡") == spoken.count("!"), text
        assert spoken.count("«") == spoken.count("»"), text
        assert not re.search("[“”„\"']", spoken), text


def test_a_sign_that_a_template_sets_follows_the_language(browser: Browser) -> None:
    said = {"en": "Signs the log: in use", "fr": "Signe le journal\u202f: en usage"}
    for code, heading in said.items():
        assert f"<h2>{heading}</h2>" in browser.page("/keys", **{"Accept-Language": code})


def test_the_language_is_chosen_by_accept_language_else_english(browser: Browser) -> None:
    for wish, code in [
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("fr-CA,fr;q=0.9,en;q=0.5", "fr"),
        ("es-MX,es;q=0.9,en;q=0.5", "es"),
        ("en-GB", "en"),
        ("xx", "en"),
        ("", "en"),
    ]:
        page = browser.page("/", **{"Accept-Language": wish})
        assert f'<html lang="{code}">' in page
    assert "Kein Eintrag ist keine Einwilligung." in browser.page("/", **{"Accept-Language": "de"})


def test_a_choice_by_link_is_remembered_and_kept_from_caches(browser: Browser) -> None:
    first = browser.get("/?lang=de")
    cookie = first.headers["Set-Cookie"]
    assert cookie.startswith("__Host-lang=de;")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert "SameSite=Lax" in cookie
    assert first.headers["Cache-Control"] == "no-store"
    assert '<html lang="de">' in browser.page("/how")
    assert '<html lang="en">' in browser.page("/?lang=en")
    assert '<html lang="en">' in browser.page("/how")


def test_without_a_choice_there_is_no_cookie_and_an_unknown_language_is_no_choice(
    browser: Browser,
) -> None:
    assert "Set-Cookie" not in browser.get("/").headers
    assert "Set-Cookie" not in browser.get("/?lang=xx").headers
    assert "Set-Cookie" not in browser.get("/?lang=../../x").headers


def test_the_links_to_other_languages_keep_the_question(browser: Browser) -> None:
    page = browser.page("/lookup?id=isrc:GBAYE0601498&id=artist.com/x")
    assert 'href="/lookup?id=isrc%3AGBAYE0601498&amp;id=artist.com%2Fx&amp;lang=de"' in page
